using System.Text;
using UpgradeModule.Engine.Databases.Programs;

namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>Runs scripts in a database by the client program, which stops at the first failure.</summary>
/// <param name="tool">The client program.</param>
/// <param name="logIn">The server and the log-in.</param>
internal sealed class MySqlLoader(MySqlTool tool, MySqlLogIn logIn)
{
    // In this mode the client takes no commands of its own from a script: a dump is statements, and no way into this machine.
    private static readonly string[] s_arguments = ["--binary-mode", "--max-allowed-packet=1G", "--default-character-set=utf8mb4", "--no-auto-rehash"];

    /// <summary>Runs a script.</summary>
    /// <param name="database">The database.</param>
    /// <param name="write">Writes it.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="MySqlFailure">A statement failed.</exception>
    public async Task RunAsync(string database, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        var request = await tool.RequestAsync(logIn, [.. s_arguments, "--database=" + database], cancellationToken).ConfigureAwait(false);
        var outcome = await tool.Place.RunAsync(request with { Input = write }, cancellationToken).ConfigureAwait(false);
        if (!outcome.Succeeded) throw MySqlErrors.Read(outcome);
    }

    /// <summary>Runs a script that is at hand.</summary>
    /// <param name="database">The database.</param>
    /// <param name="script">The script.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task RunAsync(string database, string script, CancellationToken cancellationToken) =>
        RunAsync(database, async (stream, stop) => await stream.WriteAsync(Encoding.UTF8.GetBytes(script), stop).ConfigureAwait(false), cancellationToken);

    /// <summary>Runs the script of a backup.</summary>
    /// <param name="database">The database.</param>
    /// <param name="file">The file.</param>
    /// <param name="compression">How it is compressed.</param>
    /// <param name="filter">What it goes through.</param>
    /// <param name="read">Told how many of its bytes were read each time.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task RunAsync(string database, string file, BackupCompression compression, DumpFilter filter, Action<int> read, CancellationToken cancellationToken) => RunAsync(database, async (stream, stop) =>
    {
        var source = DumpFile.Open(file, compression, read);
        await using (source.ConfigureAwait(false)) await filter.RunAsync(source, stream.WriteAsync, stop).ConfigureAwait(false);
    }, cancellationToken);
}
