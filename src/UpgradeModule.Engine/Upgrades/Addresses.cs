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

    /// <summary>The registry without user and password, which it may not have: what is refused later must not be written down before.</summary>
    /// <param name="registry">The registry.</param>
    public static string? RegistryWithoutLogin(string? registry) => registry?[(registry.LastIndexOf('@') + 1)..];
}
