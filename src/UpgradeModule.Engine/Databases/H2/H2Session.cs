using System.Globalization;
using System.Text;
using UpgradeModule.Engine.Databases.Files;
using UpgradeModule.Engine.Databases.Programs;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.H2;

/// <summary>
/// Asks a copy of a database, by way of H2's own RunScript in a Java beside this process: it is opened read-only where it isn't to be changed, and each query's answer is written
/// to a file by H2's CSVWRITE, so that odd values arrive as they are and nothing has to be read out of what a program prints.
/// </summary>
/// <param name="runtime">The Java and the JARs.</param>
/// <param name="copy">The copy, in a private folder of its own.</param>
/// <param name="credential">The log-in; an empty one where <see langword="null"/>.</param>
/// <param name="writes">Whether the copy may be changed: it is to take the place of the database then.</param>
internal sealed class H2Session(H2Runtime runtime, string copy, DatabaseCredential? credential, bool writes = false)
{
    private const int Most = 200;
    private readonly string _folder = Path.GetDirectoryName(copy)!;
    private string? _jar;
    private int _count;

    /// <summary>Runs queries, all in one process where they aren't very many.</summary>
    /// <param name="queries">The queries.</param>
    /// <param name="cancellationToken">Ends the process.</param>
    /// <returns>An answer each.</returns>
    /// <exception cref="UpgradeException"><c>DatabaseQueryFailed</c>: the copy can't be opened. <c>DatabaseLoginFailed</c>.</exception>
    public async Task<IReadOnlyList<H2Answer>> AskAsync(IReadOnlyList<string> queries, CancellationToken cancellationToken)
    {
        var answers = new List<H2Answer>();
        foreach (var part in queries.Chunk(Most)) answers.AddRange(await PartAsync(part, cancellationToken).ConfigureAwait(false));
        return answers;
    }

    /// <summary>Reads every row of every table: H2 writes them all as a script, which is removed again.</summary>
    /// <param name="cancellationToken">Ends the process.</param>
    /// <returns>What went wrong; <see langword="null"/> where all could be read.</returns>
    public async Task<string?> ReadAllAsync(CancellationToken cancellationToken)
    {
        var target = Path.Combine(_folder, "whole.sql");
        try
        {
            var outcome = await RunAsync($"SCRIPT SIMPLE TO {Literal(target)};\n", cancellationToken).ConfigureAwait(false);
            return outcome.Failures.Count > 0 ? outcome.Failures[0] : File.Exists(target) ? null : "nothing was written";
        }
        finally
        {
            DurableFile.Remove(target);
        }
    }

    /// <summary>Runs one statement that changes data.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="cancellationToken">Ends the process.</param>
    /// <returns>What went wrong; <see langword="null"/> where it was done.</returns>
    public async Task<string?> ExecuteAsync(string sql, CancellationToken cancellationToken) =>
        (await RunAsync(sql.Trim().TrimEnd(';') + ";\n", cancellationToken).ConfigureAwait(false)).Failures is [var first, ..] ? first : null;

    /// <summary>Hashes every row of tables, in whatever order they come.</summary>
    /// <param name="tables">The tables.</param>
    /// <param name="cancellationToken">Ends the process.</param>
    /// <exception cref="InvalidDataException">A table can't be read.</exception>
    public async Task<IReadOnlyList<TableHash>> HashAsync(IReadOnlyList<(string Schema, string Table)> tables, CancellationToken cancellationToken)
    {
        var hashes = new List<TableHash>();
        foreach (var (schema, table) in tables)
        {
            var name = $"{schema}.{table}";
            hashes.AddRange(await PartAsync([$"SELECT * FROM {H2Reader.Quote(schema)}.{H2Reader.Quote(table)}"], file => H2Rows.HashAsync(name, file, cancellationToken), reason => throw new InvalidDataException($"the table {name} can't be read: {reason}"), cancellationToken).ConfigureAwait(false));
        }

        return hashes;
    }

    private Task<IReadOnlyList<H2Answer>> PartAsync(string[] queries, CancellationToken cancellationToken) => PartAsync(queries, file => ReadAsync(file, cancellationToken), reason => new H2Answer(null, reason), cancellationToken);

    private async Task<IReadOnlyList<T>> PartAsync<T>(string[] queries, Func<string, Task<T>> read, Func<string, T> failed, CancellationToken cancellationToken)
    {
        var files = queries.Select(_ => Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"answer-{++_count}.csv"))).ToList();
        var script = new StringBuilder();
        for (var index = 0; index < queries.Length; index++)
        {
            script.Append(CultureInfo.InvariantCulture, $"CALL CSVWRITE({Literal(files[index])}, {Literal(queries[index].Trim().TrimEnd(';'))}, 'charset=UTF-8');\n");
        }

        try
        {
            var (_, failures) = await RunAsync(script.ToString(), cancellationToken).ConfigureAwait(false);
            var reasons = new Queue<string>(failures);
            // What fails before its first row writes no file, and the failures come in the order of the queries. What fails later leaves a part of its
            // answer, and nothing tells which one that is.
            if (failures.Count > files.Count(file => !File.Exists(file))) return [.. files.Select(_ => failed(failures[0]))];
            var answers = new List<T>();
            foreach (var file in files) answers.Add(File.Exists(file) ? await read(file).ConfigureAwait(false) : failed(reasons.TryDequeue(out var reason) ? reason : "it gave no answer"));
            return answers;
        }
        finally
        {
            files.ForEach(DurableFile.Remove);
        }
    }

    private static async Task<H2Answer> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return new H2Answer(H2Csv.Read(await File.ReadAllTextAsync(file, cancellationToken).ConfigureAwait(false)), null);
        }
        catch (InvalidDataException failure)
        {
            return new H2Answer(null, $"its answer can't be read: {failure.Message}");
        }
    }

    private async Task<(string Output, IReadOnlyList<string> Failures)> RunAsync(string script, CancellationToken cancellationToken)
    {
        var file = Path.Combine(_folder, "ask.sql");
        await PrivateFiles.WriteAsync(file, Encoding.UTF8.GetBytes(script), cancellationToken).ConfigureAwait(false);
        try
        {
            string? refused = null;
            foreach (var jar in _jar is null ? runtime.Jars : [_jar])
            {
                var (opened, output) = await TryAsync(jar, file, cancellationToken).ConfigureAwait(false);
                if (!opened)
                {
                    refused ??= $"with '{jar}': {output}";
                    continue;
                }

                _jar = jar;
                return (output, H2Complaints.Read(output));
            }

            throw new UpgradeException("DatabaseQueryFailed", UpgradeErrorCategory.InvalidOperation, copy, $"A copy of the H2 database can't be opened {refused}.", $"Name a JAR of the H2 that reads it ({H2File.Format(copy).Versions}) in the environment variable {H2Runtime.JarVariable}.");
        }
        finally
        {
            DurableFile.Remove(file);
        }
    }

    private async Task<(bool Opened, string Output)> TryAsync(string jar, string script, CancellationToken cancellationToken)
    {
        // A JVM that is quick to start, and takes little of a machine that is busy with an application.
        List<string> arguments =
        [
            "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dfile.encoding=UTF-8", "-cp", jar, "org.h2.tools.RunScript",
            "-url", $"jdbc:h2:file:{H2File.DatabaseName(copy)};{(writes ? "" : "ACCESS_MODE_DATA=r;")}IFEXISTS=TRUE", "-user", credential?.UserName ?? "", "-password", credential?.Reveal() ?? "",
            "-script", script, "-continueOnError",
        ];
        var secret = credential?.Reveal() is { Length: > 0 };
        var text = new StringBuilder();
        var request = new ProgramRequest
        {
            Program = runtime.Java,
            // Others can read the arguments of a process, but not a file of ours, which Java takes arguments from since version 9.
            Arguments = secret ? ["@" + ProgramRequest.PrivatePath] : arguments,
            Private = secret ? string.Join('\n', arguments.Select(Quoted)) : null,
            Hidden = ["JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "JAVA_OPTS"],
            Secrets = secret ? [credential!.Reveal()] : [],
            Output = async (stream, token) =>
            {
                using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
                while (await reader.ReadLineAsync(token).ConfigureAwait(false) is { } line) Add(line);
            },
            OnError = Add,
        };
        var outcome = await new LocalPrograms().RunAsync(request, cancellationToken).ConfigureAwait(false);
        string output;
        lock (text) output = text.ToString();
        if (outcome.NotFound) throw new UpgradeException("DatabaseQueryFailed", UpgradeErrorCategory.ObjectNotFound, runtime.Java, $"The Java program '{runtime.Java}' can't be run: {outcome.Complaint}.", "Install Java, or name it with Set-AppDeployment -JavaPath.");
        if (outcome.Succeeded) return (true, output);
        if (H2Complaints.IsLogIn(output)) throw new UpgradeException("DatabaseLoginFailed", UpgradeErrorCategory.AuthenticationError, copy, "The H2 database doesn't take the user and password that the application's settings name, or none where they name none.", "Give them with -Credential.");
        return (false, H2Complaints.Read(output) is [var first, ..] ? first : outcome.Complaint);

        void Add(string line)
        {
            lock (text) text.AppendLine(line);
        }
    }

    private static string Quoted(string argument) => "\"" + argument.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";

    private static string Literal(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";
}
