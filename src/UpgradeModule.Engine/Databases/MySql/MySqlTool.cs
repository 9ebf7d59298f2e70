using UpgradeModule.Engine.Databases.Programs;

namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>One of the server's own programs, and where it is.</summary>
/// <param name="Place">Where it runs.</param>
/// <param name="Program">Its path or name there.</param>
/// <param name="Version">Its version.</param>
internal sealed record MySqlTool(IProgramPlace Place, string Program, MySqlVersion Version)
{
    /// <summary>Beginnings of variables that would make it do something else than it is told to.</summary>
    private static readonly string[] s_hidden = ["MYSQL", "MARIADB", "LIBMYSQL"];

    /// <summary>Prepares a run that logs in to a server.</summary>
    /// <param name="logIn">The server and the log-in, as this machine knows them.</param>
    /// <param name="arguments">The arguments after the log-in's; never a secret.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<ProgramRequest> RequestAsync(MySqlLogIn logIn, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var (host, port) = await Place.AddressAsync(logIn.Target, MySqlLogIn.UsualPort, cancellationToken).ConfigureAwait(false);
        return new ProgramRequest
        {
            Program = Program,
            // Only this file counts: what the machine or its user has set for these programs would win over the log-in.
            Arguments = ["--defaults-file=" + ProgramRequest.PrivatePath, .. arguments],
            Environment = new Dictionary<string, string> { ["MYSQL_TEST_LOGIN_FILE"] = "/nonexistent" },
            Hidden = s_hidden,
            Private = logIn.OptionFile(host, port, Version),
            PrivateSuffix = ".cnf",
            Secrets = [logIn.Credential.Reveal()],
        };
    }
}
