namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>Restores backups beside the live database, compares, and swaps.</summary>
/// <param name="server">The server.</param>
internal sealed class MySqlRestorer(MySqlServer server)
{
    /// <summary>Restores.</summary>
    /// <param name="content">The backup's data.</param>
    /// <param name="label">A label for what is kept.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work before the swap.</param>
    public Task<RestoreOutcome> RunAsync(BackupContent content, string label, IOperationContext operation, CancellationToken cancellationToken) => MySqlErrors.GuardAsync(server.Admin, "RestoreFailed", "could not be restored", async () =>
    {
        var session = await server.OpenAdminAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var swap = new MySqlSwap(server, operation);
            await swap.FinishAsync(session, cancellationToken).ConfigureAwait(false);
            if (await MySqlCoverage.ForeignReferencesAsync(session, server.Admin, cancellationToken).ConfigureAwait(false) is { } obstacle) throw obstacle;
            var copy = new MySqlCopy(server);
            var (name, events) = await copy.MakeAsync(session, content, "Restoring the database", operation, cancellationToken).ConfigureAwait(false);
            string aside;
            try
            {
                TableComparison.Require(content, await MySqlReader.CountAsync(session, name, cancellationToken).ConfigureAwait(false));
                await MySqlSessions.RequireUnusedAsync(session, server, cancellationToken).ConfigureAwait(false);
                aside = await swap.AsideAsync(session, label, cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                await copy.TryDropAsync(name, operation).ConfigureAwait(false);
                throw;
            }

            // From here on nothing is dropped but by the swap: what is half done has all the data, in one database or the other.
            await swap.RunAsync(session, name, aside, events, cancellationToken).ConfigureAwait(false);
            return new RestoreOutcome
            {
                Previous = MySqlSwap.Point(aside, server.Name, label, DateTimeOffset.UtcNow, await MySqlSwap.SizeAsync(session, aside, CancellationToken.None).ConfigureAwait(false)),
                Tables = await MySqlReader.CountAsync(session, server.Name, CancellationToken.None).ConfigureAwait(false),
            };
        }
    });
}
