namespace UpgradeModule.Tests.Support;

/// <summary>The rights of files on Unix, in octal digits.</summary>
public static class UnixRights
{
    public static string Of(string path) => OperatingSystem.IsWindows() ? throw new PlatformNotSupportedException() : Convert.ToString((int)File.GetUnixFileMode(path), 8);
}
