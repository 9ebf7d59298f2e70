using System.Text;
using UpgradeModule.Engine.Databases.Programs;

namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>Finds the programs of a MySQL or MariaDB server: in the database's container, on this machine.</summary>
/// <param name="places">Where they can be.</param>
internal sealed class MySqlTools(ProgramPlaces places)
{
    private static readonly string[] s_clients = ["mariadb", "mysql"];
    private static readonly string[] s_dumpers = ["mariadb-dump", "mysqldump"];
    private readonly SemaphoreSlim _gate = new(1, 1);
    private MySqlTool? _client;

    /// <summary>Finds the client: any will do, one of the database's container first.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>DatabaseToolNotFound</c>.</exception>
    public async Task<MySqlTool> ClientAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_client is not null) return _client;
            await foreach (var tool in FindAsync(s_clients, cancellationToken).ConfigureAwait(false)) return _client = tool;
            throw NotFound("DatabaseToolNotFound", "The client program of MariaDB or MySQL (mariadb or mysql) is needed", "there is none", "mariadb-client");
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Finds a dump program that fits a server: of the same make, and not older.</summary>
    /// <param name="server">The server's version.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>BackupToolNotFound</c>.</exception>
    public async Task<MySqlTool> DumperAsync(MySqlVersion server, CancellationToken cancellationToken)
    {
        var found = new List<string>();
        await foreach (var tool in FindAsync(s_dumpers, cancellationToken).ConfigureAwait(false))
        {
            if (tool.Version.Flavour == server.Flavour && tool.Version.Series >= server.Series) return tool;
            found.Add($"{tool.Program} of {tool.Version.Name} on {tool.Place.Description}");
        }

        var name = server.Flavour == MySqlFlavour.MariaDb ? "mariadb-dump" : "mysqldump";
        throw NotFound("BackupToolNotFound", $"{name} of {server.Name} or newer is needed", found.Count == 0 ? "there is none" : "there is only " + string.Join(", ", found.Distinct()), server.Flavour == MySqlFlavour.MariaDb ? "mariadb-client" : "mysql-community-client");
    }

    private static UpgradeException NotFound(string errorId, string needed, string there, string package) =>
        new(errorId, UpgradeErrorCategory.NotInstalled, needed.Split(' ')[0], $"{needed}, and {there} on this machine or in the database's container.", $"Name the container that the database runs in (Set-AppDeployment -DatabaseContainer), or install the programs here (Debian: {package}).");

    private async IAsyncEnumerable<MySqlTool> FindAsync(string[] names, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var named = places.Named();
        foreach (var place in new[] { named, places.Local })
        {
            if (place is null) continue;
            await foreach (var tool in InAsync(place, names, cancellationToken).ConfigureAwait(false)) yield return tool;
        }

        if (named is not null || await places.ContainerAsync(cancellationToken).ConfigureAwait(false) is not { } container) yield break;
        await foreach (var tool in InAsync(container, names, cancellationToken).ConfigureAwait(false)) yield return tool;
    }

    private static async IAsyncEnumerable<MySqlTool> InAsync(IProgramPlace place, string[] names, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var name in names)
        {
            foreach (var program in await place.FindAsync(name, cancellationToken).ConfigureAwait(false))
            {
                var output = new MemoryStream();
                var outcome = await place.RunAsync(new ProgramRequest { Program = program, Arguments = ["--version"], Output = (stream, stop) => stream.CopyToAsync(output, stop) }, cancellationToken).ConfigureAwait(false);
                if (outcome.Succeeded && MySqlVersion.OfProgram(Encoding.UTF8.GetString(output.ToArray())) is { } version) yield return new MySqlTool(place, program, version);
            }
        }
    }
}
