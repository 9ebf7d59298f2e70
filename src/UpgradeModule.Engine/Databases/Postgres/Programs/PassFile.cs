using UpgradeModule.Engine.Databases.Programs;

namespace UpgradeModule.Engine.Databases.Postgres.Programs;

/// <summary>The pass file of PostgreSQL's client library, for one run of a program.</summary>
internal static class PassFile
{
    /// <summary>Writes the password of a log-in as PostgreSQL's client library reads it (PGPASSFILE).</summary>
    /// <param name="logIn">The log-in.</param>
    /// <returns>The file; <see langword="null"/> where there is no password.</returns>
    /// <exception cref="UpgradeException"><c>DatabaseSettingsInvalid</c>: the password holds a line break, for which there is no way to write it.</exception>
    public static PrivateFile? Write(PostgresLogIn logIn) => Content(logIn) is { } text ? PrivateFile.Write(text) : null;

    /// <summary>The content of such a file, for a program that runs elsewhere.</summary>
    /// <param name="logIn">The log-in.</param>
    /// <returns>The content; <see langword="null"/> where there is no password.</returns>
    /// <exception cref="UpgradeException"><c>DatabaseSettingsInvalid</c>: the password holds a line break, for which there is no way to write it.</exception>
    public static string? Content(PostgresLogIn logIn)
    {
        if (logIn.Credential.Reveal() is not { Length: > 0 } password) return null;
        if (password.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0)
        {
            throw new UpgradeException("DatabaseSettingsInvalid", UpgradeErrorCategory.InvalidArgument, logIn.ToString(), $"The password of the role '{logIn.Credential.UserName}' holds a line break, which PostgreSQL's own programs can't be given.", "Give the role a password without line breaks.");
        }

        // One run, one server: the file need not say for which. Host names in such files have rules of their own (sockets, aliases).
        return "*:*:*:*:" + password.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal) + "\n";
    }
}
