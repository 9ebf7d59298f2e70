namespace UpgradeModule;

/// <summary>A user name and password for a database. It prints without the password.</summary>
public sealed class DatabaseCredential
{
    private readonly string _password;

    /// <summary>Makes a credential.</summary>
    /// <param name="userName">The role's name.</param>
    /// <param name="password">Its password.</param>
    public DatabaseCredential(string userName, string password)
    {
        UserName = userName;
        _password = password;
    }

    /// <summary>The role's name.</summary>
    public string UserName { get; }

    /// <summary>The password, for the one who opens the connection. A method, so that no view or serialiser shows it.</summary>
    public string Reveal() => _password;

    /// <inheritdoc/>
    public override string ToString() => UserName;
}
