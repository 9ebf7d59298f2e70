using System.Globalization;
using Npgsql;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Restore;

/// <summary>Restores what the module itself dumped.</summary>
/// <param name="format">The format of the backup.</param>
internal sealed class ManagedArchive(string format) : IArchiveReader
{
    private const int Jobs = 2;

    /// <inheritdoc/>
    public string Format => format;

    /// <inheritdoc/>
    public string FileOf(BackupContent content)
    {
        var file = content.Files.FirstOrDefault(file => file != ManagedFiles.Index);
        if (file is null || !content.Files.Contains(ManagedFiles.Index)) throw ArchiveFile.Corrupt(content.Directory, $"its data has the format '{content.Format}' without its two files");
        var path = ManagedFiles.In(content.Directory, file);
        return File.Exists(path) ? path : throw ArchiveFile.Corrupt(path, "it is missing");
    }

    /// <inheritdoc/>
    public async Task<ArchiveFacts> ReadFactsAsync(string file, CancellationToken cancellationToken)
    {
        var content = await ArchiveContent.OpenAsync(file, cancellationToken).ConfigureAwait(false);
        var major = int.TryParse(content.Index.Server.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw ArchiveFile.Corrupt(file, $"its index names the server version '{content.Index.Server}'");
        return new ArchiveFacts(major, major, content.Index.Encoding);
    }

    /// <inheritdoc/>
    public async Task<string?> RestoreAsync(string file, ArchiveFacts facts, PostgresLogIn target, RestoreMode mode, WorkProgress? progress, CancellationToken cancellationToken)
    {
        try
        {
            var content = await ArchiveContent.OpenAsync(file, cancellationToken).ConfigureAwait(false);
            var sessions = new RestoreSessions(target);
            await using (sessions.ConfigureAwait(false)) await new ManagedRestore(content, sessions, mode, Jobs, progress).RunAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (RestoreComplaintException failure)
        {
            return failure.IsServers ? throw PostgresErrors.Map(failure.Failure, target, "RestoreFailed", "could not be restored") : failure.Complaint;
        }
        catch (NpgsqlException failure)
        {
            throw PostgresErrors.Map(failure, target, "RestoreFailed", "could not be restored");
        }
        catch (InvalidDataException failure)
        {
            return failure.Message.TrimEnd('.');
        }
    }
}
