/// The tags that AdGuard Home gives clients: its owner chooses among these and can make no others (`internal/client`,
/// `allowedTags`). Rules may name any word behind `$ctag`; one that is no tag never meets a client.
public enum ClientTags {
    /// All, in alphabetical order.
    public static let all = [
        "device_audio", "device_camera", "device_gameconsole", "device_laptop", "device_nas", "device_other",
        "device_pc", "device_phone", "device_printer", "device_securityalarm", "device_tablet", "device_tv",
        "os_android", "os_ios", "os_linux", "os_macos", "os_other", "os_windows",
        "user_admin", "user_child", "user_regular",
    ]
}
