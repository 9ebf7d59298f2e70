using System.Globalization;
using System.Text.RegularExpressions;
using UpgradeModule.Engine.Databases.Postgres.Archives;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.Postgres.Programs;

/// <summary>Writes and reads archives by pg_dump and pg_restore: those of this machine, else those of the container that the database runs in.</summary>
/// <param name="container">The programs of that container; <see langword="null"/> for none.</param>
internal sealed partial class PgArchiver(ContainerTools? container = null) : IPostgresArchiver
{
    /// <summary>What the format is called; a foreign archive of another format that pg_restore reads goes by this name too.</summary>
    public const string CustomFormat = "pg_dump-custom";

    private const string Dump = "pg_dump";
    private const string Restore = "pg_restore";

    /// <inheritdoc/>
    public string Format => CustomFormat;

    /// <summary>Finds the programs of this machine by name, the oldest first; tests put others in their place.</summary>
    public Func<string, CancellationToken, Task<IReadOnlyList<PostgresProgram>>> FindHere { get; init; } = PostgresPrograms.FindAsync;

    /// <inheritdoc/>
    public async Task<string?> MissingAsync(int serverMajor, bool here, CancellationToken cancellationToken)
    {
        foreach (var name in new[] { Dump, Restore })
        {
            if (await ObstacleAsync(name, serverMajor, !here, cancellationToken).ConfigureAwait(false) is { } missing) return missing.Message;
        }

        return null;
    }

    /// <inheritdoc/>
    public Task<UpgradeException?> ObstacleAsync(ArchiveFacts facts, bool onServer, CancellationToken cancellationToken) => ObstacleAsync(Restore, Needed(facts), onServer, cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, string>> WriteAsync(PostgresLogIn source, int serverMajor, string snapshot, string file, Action<string> onTable, CancellationToken cancellationToken)
    {
        // Level 1 takes a third of the time that the default takes and writes a few per cent more.
        string[] arguments = ["--format=custom", "--compress=1", "--snapshot=" + snapshot, "--no-password", "--lock-wait-timeout=60000", "--verbose"];
        void Tell(string line)
        {
            if (DumpedTable().Match(line) is { Success: true } match) onTable(match.Groups[1].Value);
        }

        var (program, tool) = await RequireAsync(Dump, serverMajor, cancellationToken).ConfigureAwait(false);
        var result = program is not null
            ? await ProgramRun.ExecuteAsync(program.Path, [.. arguments, "--file=" + file], source, Tell, null, cancellationToken).ConfigureAwait(false)
            : await container!.DumpAsync(tool!, source, arguments, file, Tell, cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded) throw ProgramComplaint.IsAboutSnapshot(result.Errors) ? new SnapshotRefusedException(DumpFailed(source, file, result.Complaint)) : DumpFailed(source, file, result.Complaint);
        return new Dictionary<string, string> { [Dump] = program?.Version ?? $"{tool!.Version} in {tool.Place.Description}" };
    }

    /// <inheritdoc/>
    public async Task<ArchiveFacts> ReadFactsAsync(string file, CancellationToken cancellationToken)
    {
        if (await IsTarAsync(file, cancellationToken).ConfigureAwait(false) && !await TarLength.IsWholeAsync(file, cancellationToken).ConfigureAwait(false)) throw ArchiveFile.Corrupt(file, "the tar is cut off");
        var programs = await FindHere(Restore, cancellationToken).ConfigureAwait(false);
        if (programs.Count == 0) return await ArchiveHeader.ReadAsync(file, cancellationToken).ConfigureAwait(false);
        var newest = programs[^1];
        int? server = null;
        int? tool = null;
        var result = await ProgramRun.ExecuteAsync(newest.Path, ["--list", file], new Dictionary<string, string>(), null, line =>
        {
            if (DumpedFrom().Match(line) is { Success: true } from) server ??= int.Parse(from.Groups[1].Value, CultureInfo.InvariantCulture);
            if (DumpedBy().Match(line) is { Success: true } by) tool ??= int.Parse(by.Groups[1].Value, CultureInfo.InvariantCulture);
            return server is null || tool is null;
        }, cancellationToken).ConfigureAwait(false);
        if (result.Complaint.Contains("unsupported version", StringComparison.Ordinal)) return await ArchiveHeader.ReadAsync(file, cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded || server is null || tool is null) throw ArchiveFile.Corrupt(file, result.Complaint);
        string? encoding = null;
        await ProgramRun.ExecuteAsync(newest.Path, ["--schema-only", "--create", "--section=pre-data", "--file=-", file], new Dictionary<string, string>(), null, line =>
        {
            if (Encoding().Match(line) is { Success: true } match) encoding = match.Groups[1].Value;
            return encoding is null;
        }, cancellationToken).ConfigureAwait(false);
        return new ArchiveFacts(server.Value, tool.Value, encoding ?? "UTF8");
    }

    /// <inheritdoc/>
    public async Task<string?> RestoreAsync(string file, ArchiveFacts facts, PostgresLogIn target, RestoreMode mode, WorkProgress? progress, CancellationToken cancellationToken)
    {
        var (program, tool) = await RequireAsync(Restore, Needed(facts), cancellationToken).ConfigureAwait(false);
        var arguments = RestoreArguments(target.Database, mode);
        void Tell(string line) => TellTable(line, progress is null ? null : progress.Step);
        if (program is null)
        {
            var there = await container!.RestoreAsync(tool!, target, arguments, file, Tell, cancellationToken).ConfigureAwait(false);
            return there.Succeeded ? null : there.Complaint;
        }

        // A tar can only be read in its order.
        string[] jobs = await IsTarAsync(file, cancellationToken).ConfigureAwait(false) ? [] : ["--jobs=2"];
        var result = await ProgramRun.ExecuteAsync(program.Path, [.. arguments, .. jobs, file], target, Tell, null, cancellationToken).ConfigureAwait(false);
        return result.Succeeded ? null : result.Complaint;
    }

    /// <summary>The arguments of pg_restore, but for the file and how many work at once.</summary>
    /// <param name="database">The empty database.</param>
    /// <param name="mode">What of the archive.</param>
    public static IReadOnlyList<string> RestoreArguments(string database, RestoreMode mode)
    {
        // A name may look like a connection string, so it is given as one.
        var target = "dbname='" + database.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal) + "'";
        List<string> arguments = ["--exit-on-error", "--no-password", "--verbose", "--dbname=" + target];
        if (mode != RestoreMode.Full) arguments.Add("--no-owner");
        if (mode is RestoreMode.WithoutOwnersAndGrants or RestoreMode.Proof) arguments.Add("--no-privileges");
        if (mode == RestoreMode.Proof) arguments.AddRange(["--no-publications", "--no-subscriptions"]);
        return arguments;
    }

    /// <summary>Tells the table that a line of pg_restore is about.</summary>
    /// <param name="line">The line.</param>
    /// <param name="onStep">Who is told.</param>
    public static void TellTable(string line, Action<string>? onStep)
    {
        if (RestoredTable().Match(line) is { Success: true } match) onStep?.Invoke(match.Groups[1].Value);
    }

    private static int Needed(ArchiveFacts facts) => Math.Max(facts.ServerMajor, facts.ToolMajor);

    private async Task<(PostgresProgram? Here, ContainerTool? InContainer)> RequireAsync(string name, int major, CancellationToken cancellationToken)
    {
        if (await ObstacleAsync(name, major, useContainer: true, cancellationToken).ConfigureAwait(false) is { } missing) throw missing;
        var here = (await FindHere(name, cancellationToken).ConfigureAwait(false)).FirstOrDefault(program => program.Major >= major);
        return here is not null ? (here, null) : (null, await container!.FindAsync(name, cancellationToken).ConfigureAwait(false));
    }

    private async Task<UpgradeException?> ObstacleAsync(string name, int major, bool useContainer, CancellationToken cancellationToken)
    {
        var found = await FindHere(name, cancellationToken).ConfigureAwait(false);
        if (found.Any(program => program.Major >= major)) return null;
        if (!useContainer || container is null) return PostgresPrograms.NotFound(name, major, found, null);
        string there;
        try
        {
            var tool = await container.FindAsync(name, cancellationToken).ConfigureAwait(false);
            if (tool?.Major >= major) return null;
            there = tool is null ? "nor is there one in a container that the database runs in" : $"{tool.Place.Description} has only {tool.Version}";
        }
        catch (UpgradeException failure)
        {
            there = $"the database's container is of no help: {failure.Message.TrimEnd('.')}";
        }

        return PostgresPrograms.NotFound(name, major, found, there);
    }

    private static async Task<bool> IsTarAsync(string file, CancellationToken cancellationToken)
    {
        if (Directory.Exists(file)) return false;
        var magic = new byte[5];
        var stream = File.OpenRead(file);
        await using (stream.ConfigureAwait(false)) await stream.ReadAtLeastAsync(magic, magic.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return magic.AsSpan().SequenceEqual("toc.d"u8);
    }

    private static UpgradeException DumpFailed(PostgresLogIn source, string file, string complaint)
    {
        if (ProgramComplaint.IsAboutRoom(complaint)) return DiskSpace.Full(Path.GetDirectoryName(file)!, needed: null);
        if (ProgramComplaint.IsAboutConnection(complaint)) return PostgresErrors.Unreachable(source, complaint);
        if (complaint.Contains("row-level security", StringComparison.Ordinal) || complaint.Contains("permission denied", StringComparison.Ordinal))
        {
            return new UpgradeException("PermissionMissing", UpgradeErrorCategory.PermissionDenied, source.ToString(), $"The role '{source.Credential.UserName}' may not read everything in '{source}': {complaint}.", "Back up as the owner of the tables, or as a role with the missing rights (BYPASSRLS for row-level security).");
        }

        return new UpgradeException("BackupFailed", UpgradeErrorCategory.ReadError, source.ToString(), $"pg_dump could not back up '{source}': {complaint}.");
    }

    [GeneratedRegex("dumping contents of table \"(.+)\"$")]
    private static partial Regex DumpedTable();

    [GeneratedRegex("processing data for table \"(.+)\"$")]
    private static partial Regex RestoredTable();

    [GeneratedRegex(@"^;\s+Dumped from database version: (\d+)")]
    private static partial Regex DumpedFrom();

    [GeneratedRegex(@"^;\s+Dumped by pg_dump version: (\d+)")]
    private static partial Regex DumpedBy();

    [GeneratedRegex(@"^CREATE DATABASE .* ENCODING = '([^']+)'")]
    private static partial Regex Encoding();
}
