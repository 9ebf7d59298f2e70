using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>
/// The locks of a run: the one at the deployment, and the one in its database, which runs on other machines see. Disposing gives both back
/// and never throws: a lock that can't be given back ends with its holder.
/// </summary>
internal sealed class RunLocks : IAsyncDisposable
{
    private const int Tries = 6;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private readonly IOperationContext _operation;
    private readonly List<IAsyncDisposable> _held = [];

    private RunLocks(IOperationContext operation) => _operation = operation;

    /// <summary>Why the database could not be locked, other than by another run; readiness tells it with its remedy.</summary>
    public Exception? DatabaseFailure { get; private set; }

    /// <summary>Takes the locks.</summary>
    /// <param name="services">The other rooms.</param>
    /// <param name="context">The deployment.</param>
    /// <param name="purpose">What they are taken for.</param>
    /// <param name="patience">How long it waits for the database server or container engine to be there.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>DeploymentLocked</c>.</exception>
    public static async Task<RunLocks> TakeAsync(UpgradeServices services, DeploymentContext context, string purpose, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var wait = new ServerWait(services, context.Operation, context.Deployment.Name, patience);
        var locks = new RunLocks(context.Operation);
        try
        {
            await locks.LockDeploymentAsync(services, context, purpose, wait, cancellationToken).ConfigureAwait(false);
            if (context.Deployment.Database is null) return locks;
            do await locks.LockDatabaseAsync(services, context, purpose, cancellationToken).ConfigureAwait(false);
            while (locks.DatabaseFailure is { } failure && await wait.AgainAsync(failure, cancellationToken).ConfigureAwait(false));
            return locks;
        }
        catch
        {
            await locks.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        for (var i = _held.Count - 1; i >= 0; i--)
        {
            try
            {
                await _held[i].DisposeAsync().ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                _operation.Verbose($"A lock could not be given back: {failure.Message}");
            }
        }

        _held.Clear();
    }

    private async Task LockDeploymentAsync(UpgradeServices services, DeploymentContext context, string purpose, ServerWait wait, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                _held.Add(await services.Hosts(context.Deployment.HostKind).LockAsync(context, purpose, cancellationToken).ConfigureAwait(false));
                return;
            }
            catch (UpgradeException failure)
            {
                if (!await wait.AgainAsync(failure, cancellationToken).ConfigureAwait(false)) throw;
            }
        }
    }

    private async Task LockDatabaseAsync(UpgradeServices services, DeploymentContext context, string purpose, CancellationToken cancellationToken)
    {
        IAppDatabase? database = null;
        DatabaseFailure = null;
        try
        {
            database = await services.OpenDatabase(context, cancellationToken).ConfigureAwait(false);
            var taken = await TakeAsync(database, purpose, cancellationToken).ConfigureAwait(false);

            // The lock is given back before its database is closed: the list is disposed from its end.
            _held.Add(database);
            _held.Add(taken);
            database = null;
        }
        catch (UpgradeException failure) when (failure.ErrorId != "DeploymentLocked")
        {
            DatabaseFailure = failure;
        }
        finally
        {
            if (database is not null) await database.DisposeAsync().ConfigureAwait(false);
        }
    }

    // The session of a process that was killed just now may live a moment longer than its process; the lock at the deployment is ours already.
    private static async Task<IAsyncDisposable> TakeAsync(IAppDatabase database, string purpose, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await database.LockAsync(purpose, cancellationToken).ConfigureAwait(false);
            }
            catch (UpgradeException failure) when (failure.ErrorId == "DeploymentLocked" && attempt < Tries)
            {
                await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
