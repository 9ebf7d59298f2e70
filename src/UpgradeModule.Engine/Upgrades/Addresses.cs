namespace UpgradeModule.Engine.Upgrades;

/// <summary>Takes log-ins out of addresses, for records and messages.</summary>
internal static class Addresses
{
    /// <summary>The address without user and password; a path or a text that is no address stays as it is.</summary>
    /// <param name="address">The address.</param>
    public static string? WithoutLogin(string? address)
    {
        if (address is null || !Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.UserInfo.Length == 0) return address;
        return new UriBuilder(uri) { UserName = "", Password = "" }.Uri.ToString();
    }
}
