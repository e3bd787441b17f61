/// Names of update services and the like, as lists and logs have them.
enum RealNames {
    static let all = [
        "windowsupdate.microsoft.com", "update.microsoft.com", "download.windowsupdate.com",
        "ctldl.windowsupdate.com", "fe2cr.update.microsoft.com", "sls.update.microsoft.com",
        "tsfe.trafficshaping.dsp.mp.microsoft.com", "dl.delivery.mp.microsoft.com",
        "au.download.windowsupdate.com", "settings-win.data.microsoft.com", "v10.events.data.microsoft.com",
        "vortex.data.microsoft.com", "definitionupdates.microsoft.com", "go.microsoft.com", "emdl.ws.microsoft.com",
        "msedge.api.cdp.microsoft.com", "swscan.apple.com", "swcdn.apple.com", "gdmf.apple.com", "mesu.apple.com",
        "ocsp.apple.com", "deb.debian.org", "security.debian.org", "archive.ubuntu.com", "security.ubuntu.com",
        "mirrors.fedoraproject.org", "download.opensuse.org", "dl.google.com", "update.googleapis.com",
        "redirector.gvt1.com", "connectivitycheck.gstatic.com", "aus5.mozilla.org", "ocsp.digicert.com",
        "crl3.digicert.com", "ctldl.windowsupdate.com.edgesuite.net", "wu-f-net.trafficmanager.net",
        "telemetry.example.com", "ads.doubleclick.net", "stats.g.doubleclick.net", "steamcdn-a.akamaihd.net",
        "detectportal.firefox.com", "api.snapcraft.io", "fwupd.org", "cdn.fwupd.org",
    ]
}
