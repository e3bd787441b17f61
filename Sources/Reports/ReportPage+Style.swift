extension ReportPage {
    /// The style sheet: light and dark, and tables that become lists of their cells where there is no room for them.
    static let style = """
        :root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --paper: #ffffff;
          --tint: #f6f8fa; --bad: #b42318; --worse: #7a0b0b; --mild: #8a5a00; --good: #1a6b35;
          --f0: #fdecea; --f1: #f8c9c3; --f2: #f0988d; --f3: #d9594c; --f4: #b42318; --okay: #e3f3e7; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9aa4ae; --line: #353b43; --paper: #10151b;
          --tint: #181f27; --bad: #ff8a80; --worse: #ffb4ab; --mild: #e8b75a; --good: #6fcf8b;
          --f0: #3a1a18; --f1: #552220; --f2: #7d2c27; --f3: #a5372f; --f4: #cf4538; --okay: #16301d; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; padding: 1.5rem; max-width: 78rem; color: var(--ink); background: var(--paper);
          font: 15px/1.5 system-ui, sans-serif; }
        h1 { font-size: 1.6rem; margin: 0 0 .5rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .6rem; }
        ul.facts { padding-left: 1.2rem; margin: 0 0 1rem; color: var(--soft); }
        ul.tiles { list-style: none; display: flex; flex-wrap: wrap; gap: .6rem; padding: 0; margin: 0 0 1rem; }
        ul.tiles li { border: 1px solid var(--line); border-radius: 6px; padding: .5rem .8rem; background: var(--tint); }
        ul.tiles a { color: inherit; font-weight: 600; display: block; }
        details { margin: 0 0 1rem; } summary { cursor: pointer; }
        table { border-collapse: collapse; width: 100%; font-size: .9rem; }
        th, td { border-bottom: 1px solid var(--line); padding: .35rem .5rem; text-align: left; vertical-align: top;
          font-weight: inherit; overflow-wrap: break-word; }
        .findings tbody th { overflow-wrap: anywhere; }
        thead th { color: var(--soft); border-bottom-width: 2px; white-space: nowrap; }
        tbody th { font-weight: 600; min-width: 11rem; }
        code { font: .85em ui-monospace, monospace; overflow-wrap: anywhere; }
        td div { color: var(--soft); }
        .critical { color: var(--worse); font-weight: 700; } .high { color: var(--bad); font-weight: 600; }
        .medium { color: var(--mild); } .low, .unknown, .none { color: var(--soft); }
        .wide { overflow-x: auto; }
        .matrix td, .matrix th { min-width: 7rem; } .matrix tbody th { white-space: nowrap; }
        .fails { background: var(--f1); } .stalls { background: var(--f0); } .works { background: var(--okay); }
        .heat { width: auto; } .heat td { text-align: center; min-width: 2rem; padding: .25rem; }
        .heat thead th { vertical-align: bottom; padding: .25rem; }
        .heat thead span { writing-mode: vertical-rl; transform: rotate(180deg); font-size: .75rem; }
        .heat tbody th { position: sticky; left: 0; background: var(--paper); min-width: 0; }
        .ok { background: var(--okay); } .f0 { background: var(--f0); } .f1 { background: var(--f1); }
        .f2 { background: var(--f2); } .f3 { background: var(--f3); color: #fff; }
        .f4 { background: var(--f4); color: #fff; }
        footer { margin-top: 2.5rem; color: var(--soft); font-size: .85rem; }
        @media (max-width: 46rem) {
          body { padding: 1rem; }
          .findings, .findings tbody, .findings tr, .findings td, .findings tbody th { display: block; border: 0; }
          .findings thead, .findings td.none { display: none; }
          .findings tr { border-bottom: 1px solid var(--line); padding: .6rem 0; }
          .findings td, .findings tbody th { padding: .1rem 0; }
          .findings td[data-label]::before { content: attr(data-label) ": "; color: var(--soft); }
        }
        @media print { .wide { overflow: visible; } body { max-width: none; } }
        """
}
