namespace UpgradeModule;

/// <summary>A user name and password (or token) for a container registry. It prints without the password.</summary>
public sealed class RegistryCredential
{
    private readonly string _password;

    /// <summary>Makes a credential.</summary>
    /// <param name="userName">The user's name.</param>
    /// <param name="password">The password or token.</param>
    public RegistryCredential(string userName, string password)
    {
        UserName = userName;
        _password = password;
    }

    /// <summary>The user's name.</summary>
    public string UserName { get; }

    /// <summary>The password, for the one who logs in. A method, so that no view or serialiser shows it.</summary>
    public string Reveal() => _password;

    /// <inheritdoc/>
    public override string ToString() => UserName;
}
