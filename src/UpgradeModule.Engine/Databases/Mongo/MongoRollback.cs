using System.Text.Json.Nodes;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.Mongo;

/// <summary>Keeps copies of a stopped application's database on its server, goes back to them, and restores backups with the data before kept.</summary>
/// <param name="server">The server.</param>
/// <param name="access">The database and its log-ins.</param>
/// <param name="operation">Who is told.</param>
internal sealed class MongoRollback(MongoServer server, DatabaseAccess access, IOperationContext operation)
{
    private const int MostNames = 1000;
    private readonly MongoArchive _archive = new(server);

    /// <summary>Copies the database.</summary>
    /// <param name="label">A label, unique to the run and stop.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left then.</param>
    public async Task<ReturnPoint> CreateAsync(string label, CancellationToken cancellationToken)
    {
        var kept = MongoMark.KeptNameOf(server.Name, label);
        if (await MongoMark.ReadAsync(server, kept, cancellationToken).ConfigureAwait(false) is { } before) return MongoMark.Point(kept, server.Name, label, before.Created);
        await KeepAsync(kept, "", cancellationToken).ConfigureAwait(false);
        return MongoMark.Point(kept, server.Name, label, DateTimeOffset.UtcNow);
    }

    /// <summary>Puts a kept database in the place of the live one.</summary>
    /// <param name="point">The kept database.</param>
    /// <param name="cancellationToken">Ends the work before anything of the live one is changed.</param>
    /// <returns>What was replaced, also by an earlier try whose answer was lost; <see langword="null"/> where that is gone.</returns>
    public async Task<ReturnPoint?> GoBackAsync(ReturnPoint point, CancellationToken cancellationToken)
    {
        MongoMark.Require(point, server.Name);
        var label = MongoMark.LabelOf(point) + "-after";
        var (name, record) = await AsideAsync(label, point.Location, cancellationToken).ConfigureAwait(false);
        if (await MongoMark.ReadAsync(server, point.Location, cancellationToken).ConfigureAwait(false) is null)
        {
            if (record is not null) return MongoMark.Point(name, server.Name, label, record.Value.Created);
            if ((await new MongoReader(server).CountAsync(cancellationToken).ConfigureAwait(false)).Count > 0) return null;
            throw new UpgradeException("RollbackFailed", UpgradeErrorCategory.ObjectNotFound, point.Location, $"Neither the kept database '{point.Location}' nor '{server.Name}' is on the server.", "Restore a backup.");
        }

        // A try that was cut short has kept what was live; what is live by now is half of each.
        if (record is null) await KeepAsync(name, point.Location, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        await DropAsync(server.Name, CancellationToken.None).ConfigureAwait(false);
        await _archive.CopyAsync(point.Location, server.Name, CancellationToken.None).ConfigureAwait(false);
        await RequireSameAsync(point.Location, CancellationToken.None).ConfigureAwait(false);
        await DropAsync(point.Location, CancellationToken.None).ConfigureAwait(false);
        return MongoMark.Point(name, server.Name, label, DateTimeOffset.UtcNow);
    }

    /// <summary>Restores a backup: first beside, where it is counted, then in the place of the live data, which is kept.</summary>
    /// <param name="content">The backup's data.</param>
    /// <param name="label">A label for what is kept.</param>
    /// <param name="told">Who is told how far it is.</param>
    /// <param name="cancellationToken">Ends the work before anything of the live one is changed.</param>
    public async Task<RestoreOutcome> RestoreAsync(BackupContent content, string label, IOperationContext told, CancellationToken cancellationToken)
    {
        var proof = await CopyOfAsync(content, "Restoring the database", told, cancellationToken).ConfigureAwait(false);
        try
        {
            TableComparison.Require(content, await CountAsync(proof, cancellationToken).ConfigureAwait(false));
        }
        finally
        {
            await TryDropAsync(proof).ConfigureAwait(false);
        }

        var (name, _) = await AsideAsync(label, "restore", cancellationToken).ConfigureAwait(false);
        await KeepAsync(name, "", cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        await DropAsync(server.Name, CancellationToken.None).ConfigureAwait(false);
        await _archive.LoadAsync(content, server.Name, static _ => { }, CancellationToken.None).ConfigureAwait(false);
        var tables = await new MongoReader(server).CountAsync(CancellationToken.None).ConfigureAwait(false);
        if (TableComparison.Differences(content.Tables, tables) is { Count: > 0 } differences) throw new MongoFailure(0, $"what was restored is not what the backup says ({differences[0]}); the data before is in the database '{name}'");
        return new RestoreOutcome { Previous = MongoMark.Point(name, server.Name, label, DateTimeOffset.UtcNow), Tables = tables };
    }

    /// <summary>Loads a backup into a new database beside the live one.</summary>
    /// <param name="content">The backup's data.</param>
    /// <param name="activity">What is done, for people.</param>
    /// <param name="told">Who is told how far it is.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left then.</param>
    /// <returns>Its name.</returns>
    public async Task<string> CopyOfAsync(BackupContent content, string activity, IOperationContext told, CancellationToken cancellationToken)
    {
        foreach (var stale in (await DatabasesAsync(cancellationToken).ConfigureAwait(false)).Where(name => MongoMark.IsStale(server.Name, name))) await DropAsync(stale, cancellationToken).ConfigureAwait(false);
        var copy = MongoMark.CopyNameOf(server.Name);
        var progress = new WorkProgress(told, activity, server.Name);
        try
        {
            progress.Begin(new WorkStage { Size = MongoArchive.SizeOf(content) });
            progress.Begin("", MongoArchive.SizeOf(content));
            await _archive.LoadAsync(content, copy, count => progress.Moved("", count), cancellationToken).ConfigureAwait(false);
            progress.Done();
            return copy;
        }
        catch
        {
            await TryDropAsync(copy).ConfigureAwait(false);
            throw;
        }
        finally
        {
            progress.End();
        }
    }

    /// <summary>Lists what is kept of the live database.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<IReadOnlyList<ReturnPoint>> ListAsync(CancellationToken cancellationToken)
    {
        var points = new List<ReturnPoint>();
        var start = MongoMark.KeptNameOf(server.Name, "");
        foreach (var name in (await DatabasesAsync(cancellationToken).ConfigureAwait(false)).Where(name => !MongoMark.IsCopy(server.Name, name)).Order(StringComparer.Ordinal))
        {
            if (await MongoMark.ReadAsync(server, name, cancellationToken).ConfigureAwait(false) is { } mark) points.Add(MongoMark.Point(name, server.Name, name[start.Length..], mark.Created));
        }

        return points;
    }

    /// <summary>Drops a database, where it is there.</summary>
    /// <param name="database">Its name.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task DropAsync(string database, CancellationToken cancellationToken) => server.AskAsync("drop", new JsonObject { ["database"] = database }, cancellationToken);

    /// <summary>Drops a copy that is of no use any more.</summary>
    /// <param name="database">Its name.</param>
    public async Task TryDropAsync(string database)
    {
        try
        {
            await DropAsync(database, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is MongoFailure or UpgradeException)
        {
            operation.Warning($"The database '{database}', a copy that is of no use any more, may be left on the server of '{server.LogIn}': drop it there.");
        }
    }

    private async Task KeepAsync(string kept, string source, CancellationToken cancellationToken)
    {
        try
        {
            // What an earlier try has left is not whole.
            await DropAsync(kept, cancellationToken).ConfigureAwait(false);
            await _archive.CopyAsync(server.Name, kept, cancellationToken).ConfigureAwait(false);
            await RequireSameAsync(kept, cancellationToken).ConfigureAwait(false);
            await MongoMark.WriteAsync(server, kept, source, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await TryDropAsync(kept).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<(string Name, (DateTimeOffset Created, string Source)? Mark)> AsideAsync(string label, string source, CancellationToken cancellationToken)
    {
        for (var number = 1; number < MostNames; number++)
        {
            var name = MongoMark.KeptNameOf(server.Name, number == 1 ? label : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{label}-{number}"));
            var mark = await MongoMark.ReadAsync(server, name, cancellationToken).ConfigureAwait(false);
            if (mark is null || mark.Value.Source == source) return (name, mark);
        }

        throw new MongoFailure(0, "there are too many kept databases of that name");
    }

    private async Task RequireSameAsync(string copy, CancellationToken cancellationToken)
    {
        var differences = TableComparison.Differences(await CountAsync(server.Name, cancellationToken).ConfigureAwait(false), await CountAsync(copy, cancellationToken).ConfigureAwait(false));
        if (differences.Count > 0) throw new MongoFailure(0, $"the copy '{copy}' has other documents: {string.Join("; ", differences.Take(5))}; something writes to the database, or the copy failed");
    }

    private async Task<IReadOnlyList<TableCount>> CountAsync(string database, CancellationToken cancellationToken)
    {
        var other = access.Target with { Name = database };
        var beside = server.Beside(other);
        return await new MongoReader(beside).CountAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<string>> DatabasesAsync(CancellationToken cancellationToken) =>
        [.. (await server.AskAsync("databases", new JsonObject { ["start"] = MongoMark.KeptNameOf(server.Name, "") }, cancellationToken).ConfigureAwait(false) as JsonArray ?? []).Select(name => (string)name!)];
}
