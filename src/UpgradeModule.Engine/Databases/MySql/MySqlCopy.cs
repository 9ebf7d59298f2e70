using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>Loads a backup into a new database beside the live one.</summary>
/// <param name="server">The server.</param>
internal sealed class MySqlCopy(MySqlServer server)
{
    private const string Mark = "__um_c_";

    /// <summary>Makes the database and loads it. One that can't be loaded is dropped again; those that killed processes left are, too.</summary>
    /// <param name="session">A session beside the live database.</param>
    /// <param name="content">The backup's data.</param>
    /// <param name="activity">What is done, for people.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left then.</param>
    /// <returns>Its name, and the events that are switched off in it because a copy must not run them.</returns>
    /// <exception cref="UpgradeException"><c>BackupCorrupt</c>.</exception>
    public async Task<(string Name, IReadOnlyList<string> Events)> MakeAsync(MySqlSession session, BackupContent content, string activity, IOperationContext operation, CancellationToken cancellationToken)
    {
        var (file, compression) = MySqlFiles.Of(content);
        await DropStaleAsync(session, operation, cancellationToken).ConfigureAwait(false);
        var name = MySqlText.Beside(server.Name, Mark + ProcessMark.Make());
        var progress = new WorkProgress(operation, activity, server.Name);
        try
        {
            var loader = new MySqlLoader(await server.Tools.ClientAsync(cancellationToken).ConfigureAwait(false), server.Admin);
            await session.ExecuteAsync($"CREATE DATABASE {MySqlText.Name(name)}", cancellationToken).ConfigureAwait(false);
            progress.Begin(new WorkStage { Size = new FileInfo(file).Length });
            progress.Begin("", new FileInfo(file).Length);
            var events = EventSwitch.Off();
            await loader.RunAsync(name, file, compression, new DumpFilter { Events = events }, count => progress.Moved("", count), cancellationToken).ConfigureAwait(false);
            await MySqlCatalog.RequireRestingAsync(session, name, cancellationToken).ConfigureAwait(false);
            progress.Done();
            return (name, events.Rested);
        }
        catch (Exception failure)
        {
            await TryDropAsync(name, operation).ConfigureAwait(false);
            if (MySqlFiles.Corrupt(content, failure) is { } corrupt) throw corrupt;
            throw;
        }
        finally
        {
            progress.End();
        }
    }

    /// <summary>Drops a copy, over a new session.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="operation">Who is told where that fails.</param>
    public async Task TryDropAsync(string name, IOperationContext operation)
    {
        try
        {
            var session = await server.OpenAdminAsync(CancellationToken.None).ConfigureAwait(false);
            await using (session.ConfigureAwait(false)) await MySqlSwap.DropAsync(session, name, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is MySqlFailure or UpgradeException)
        {
            operation.Warning($"The database '{name}', a copy that is of no use any more, may be left on the server of '{server.Live}': drop it there.");
        }
    }

    /// <summary>Whether a database is a copy, by its name.</summary>
    /// <param name="name">Its name.</param>
    public static bool IsCopy(string name) => name.Contains(Mark, StringComparison.Ordinal);

    // What a swap that was cut short still needs is no left-over.
    private async Task DropStaleAsync(MySqlSession session, IOperationContext operation, CancellationToken cancellationToken)
    {
        var start = server.Name + Mark;
        var needed = (await SwapRecord.PendingAsync(session, server.Name, cancellationToken).ConfigureAwait(false)).Select(pending => pending.Record.Source).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var name in (await MySqlCatalog.DatabasesAsync(session, start, cancellationToken).ConfigureAwait(false)).Where(name => ProcessMark.IsStale(name[start.Length..]) && !needed.Contains(name)))
        {
            operation.Verbose($"The database '{name}' of a run that was killed is dropped.");
            await MySqlSwap.DropAsync(session, name, cancellationToken).ConfigureAwait(false);
        }
    }
}
