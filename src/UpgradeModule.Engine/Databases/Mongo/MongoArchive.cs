using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using UpgradeModule.Engine.Databases.Files;
using UpgradeModule.Engine.Databases.Programs;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.Mongo;

/// <summary>Writes, loads and copies databases by mongodump and mongorestore.</summary>
/// <param name="server">The server.</param>
internal sealed partial class MongoArchive(MongoServer server)
{
    /// <summary>What the format is called.</summary>
    public const string Format = "mongodump-archive+gzip";

    private const string Data = "data/database.archive.gz";
    private const string Names = "data/database.json";

    /// <summary>Writes a backup's files.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The result without its invariants and the engine's version.</returns>
    public async Task<DumpResult> WriteAsync(string directory, WorkProgress progress, CancellationToken cancellationToken)
    {
        var file = In(directory, Data);
        DurableFile.CreatePrivateDirectory(Path.GetDirectoryName(file)!);
        var on = DateTimeOffset.UtcNow;
        var rows = new Dictionary<string, long>(StringComparer.Ordinal);
        var output = new DumpFile(file, BackupCompression.None);
        await using (output.ConfigureAwait(false))
        {
            var (program, version) = await server.RunAsync("mongodump", ["--db=" + server.Name, "--archive", "--gzip"], null, async (stream, stop) =>
            {
                var buffer = new byte[1 << 17];
                int count;
                while ((count = await stream.ReadAsync(buffer, stop).ConfigureAwait(false)) > 0)
                {
                    await output.AddAsync(buffer.AsMemory(0, count), stop).ConfigureAwait(false);
                    progress.Moved("", count);
                }
            }, line =>
            {
                // What it has written is what counts: others may write meanwhile.
                if (Dumped().Match(line) is { Success: true } match) lock (rows) rows[match.Groups["name"].Value] = long.Parse(match.Groups["rows"].Value, CultureInfo.InvariantCulture);
            }, cancellationToken).ConfigureAwait(false);
            var digest = await output.CompleteAsync(cancellationToken).ConfigureAwait(false);
            if (new FileInfo(file).Length == 0) throw new MongoFailure(0, $"{program} wrote nothing");
            await PrivateFiles.WriteAsync(In(directory, Names), System.Text.Encoding.UTF8.GetBytes(new JsonObject { ["database"] = server.Name }.ToJsonString()), cancellationToken).ConfigureAwait(false);
            return new DumpResult
            {
                Format = Format,
                Files = [Data, Names],
                Digests = new Dictionary<string, string> { [Data] = digest },
                SnapshotOn = on,
                Tables = [.. rows.Where(pair => !pair.Key.StartsWith("system.", StringComparison.Ordinal)).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => new TableCount { Table = pair.Key, Rows = pair.Value })],
                Tools = new Dictionary<string, string> { [program] = version, ["consistency"] = "collections one after the other: of one moment only where nobody wrote meanwhile" },
            };
        }
    }

    /// <summary>Loads a backup into an empty database.</summary>
    /// <param name="content">The backup's data.</param>
    /// <param name="database">The database.</param>
    /// <param name="read">Told how many bytes were read each time.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>BackupCorrupt</c>.</exception>
    public async Task LoadAsync(BackupContent content, string database, Action<int> read, CancellationToken cancellationToken)
    {
        var from = await NameOfAsync(content, cancellationToken).ConfigureAwait(false);
        await RestoreAsync(from, database, async (input, stop) =>
        {
            var source = DumpFile.Open(In(content.Directory, Data), BackupCompression.None, read);
            await using (source.ConfigureAwait(false)) await source.CopyToAsync(input, 1 << 17, stop).ConfigureAwait(false);
        }, ["--gzip"], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Copies a database into an empty one, without a file between.</summary>
    /// <param name="from">The database.</param>
    /// <param name="to">The empty one.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task CopyAsync(string from, string to, CancellationToken cancellationToken) =>
        await server.RunAsync("mongodump", ["--db=" + from, "--excludeCollection=um_kept", "--archive"], null, (stream, stop) => RestoreAsync(from, to, (input, token) => stream.CopyToAsync(input, 1 << 17, token), [], stop), null, cancellationToken).ConfigureAwait(false);

    /// <summary>The size of a backup's archive in bytes.</summary>
    /// <param name="content">The backup's data.</param>
    public static long SizeOf(BackupContent content) => new FileInfo(In(content.Directory, Data)) is { Exists: true } file ? file.Length : 0;

    private async Task RestoreAsync(string from, string to, Func<Stream, CancellationToken, Task> input, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var failed = 0L;
        await server.RunAsync("mongorestore", ["--archive", .. arguments, "--stopOnError", $"--nsInclude={from}.*", $"--nsFrom={from}.*", $"--nsTo={to}.*"], input, null, line =>
        {
            // It ends well although some could not be written.
            if (Failed().Match(line) is { Success: true } match) failed += long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
        }, cancellationToken).ConfigureAwait(false);
        if (failed > 0) throw new MongoFailure(0, string.Create(CultureInfo.InvariantCulture, $"mongorestore could not write {failed} documents"));
    }

    private static async Task<string> NameOfAsync(BackupContent content, CancellationToken cancellationToken)
    {
        try
        {
            var text = content.Format == Format ? await File.ReadAllTextAsync(In(content.Directory, Names), cancellationToken).ConfigureAwait(false) : "null";
            if (JsonNode.Parse(text)?["database"]?.GetValue<string>() is { Length: > 0 } name) return name;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or IOException)
        {
            // Said below.
        }

        throw new UpgradeException("BackupCorrupt", UpgradeErrorCategory.InvalidData, content.Directory, $"The backup '{content.Directory}' doesn't tell which MongoDB database it is of.", "Use another backup.");
    }

    private static string In(string directory, string file) => Path.Combine(directory, file.Replace('/', Path.DirectorySeparatorChar));

    [GeneratedRegex(@"done dumping `?[^.`]+`?\.(?<name>.+?) \((?<rows>\d+) documents?\)")]
    private static partial Regex Dumped();

    [GeneratedRegex(@"(\d+) document\(s\) failed to restore")]
    private static partial Regex Failed();
}
