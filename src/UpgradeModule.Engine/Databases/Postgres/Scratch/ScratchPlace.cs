using System.Globalization;
using UpgradeModule.Engine.Databases.Postgres.Programs;

namespace UpgradeModule.Engine.Databases.Postgres.Scratch;

/// <summary>Where a restore can be proven.</summary>
/// <param name="Description">The place, for people.</param>
/// <param name="OnServer">Whether it is the application's own server.</param>
/// <param name="Local">The installation for a throw-away server, where it is one.</param>
internal sealed record ScratchPlace(string Description, bool OnServer, PostgresProgram? Local)
{
    /// <summary>Finds the place: the application's own server where a role may create databases, else a throw-away server on this machine.</summary>
    /// <param name="server">The server.</param>
    /// <param name="rights">What the role may that does most on it; <see langword="null"/> where there is no server.</param>
    /// <param name="major">The major that a throw-away server must have at least.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The place; <see langword="null"/> where there is none.</returns>
    public static async Task<ScratchPlace?> FindAsync(PostgresServer server, RoleRights? rights, int major, CancellationToken cancellationToken)
    {
        if (rights is { CreatesDatabases: true }) return new ScratchPlace($"a scratch database on the server of '{server.Live}', as role '{rights.Role}'", true, null);
        return await ThrowAwayServer.FindAsync(major, cancellationToken).ConfigureAwait(false) is { } local
            ? new ScratchPlace($"a throw-away server of PostgreSQL {local.Version} on this machine", false, local)
            : null;
    }

    /// <summary>The sentence for a place that is missing.</summary>
    /// <param name="rights">What the role lacks.</param>
    /// <param name="major">The major that a throw-away server must have at least.</param>
    public static string Missing(RoleRights? rights, int major)
    {
        var version = major.ToString(CultureInfo.InvariantCulture);
        var install = $"install the server programs of PostgreSQL {version} or newer on this machine (Debian: postgresql-{version}), for a throw-away server";
        return rights is null ? $"{char.ToUpperInvariant(install[0])}{install[1..]}." : $"{rights.Missing?.TrimEnd('.')}; or {install}.";
    }
}
