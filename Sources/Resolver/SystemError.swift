internal import CSockets

/// The system's words for an errno.
func systemErrorText(_ error: Int32) -> String {
    guard let text = unsafe patchway_error_text(error) else { return "error \(error)" }
    return unsafe String(cString: text)
}
