using System.Text.Json.Nodes;

namespace UpgradeModule.Engine.Databases.Mongo;

/// <summary>The lock of a deployment on its server: a document in a database beside. Nothing there goes with a session, so it tells the process that holds it.</summary>
internal sealed class MongoLock : IAsyncDisposable
{
    private readonly MongoServer _server;
    private readonly string _database;
    private readonly string _mark;
    private readonly IOperationContext _operation;

    private MongoLock(MongoServer server, string database, string mark, IOperationContext operation) => (_server, _database, _mark, _operation) = (server, database, mark, operation);

    /// <summary>Takes the lock; one of a process of this machine that is no more is taken over.</summary>
    /// <param name="server">The server.</param>
    /// <param name="purpose">What it is taken for.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>DeploymentLocked</c>.</exception>
    public static async Task<MongoLock> TakeAsync(MongoServer server, string purpose, IOperationContext operation, CancellationToken cancellationToken)
    {
        var (database, mark) = (MongoMark.KeptNameOf(server.Name, "lock"), ProcessMark.Make());
        var holder = $"{purpose} by {Environment.UserName}@{Environment.MachineName}, process {Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
        string? stale = null;
        for (var again = false; ; again = true)
        {
            var input = new JsonObject { ["database"] = database, ["stale"] = stale, ["document"] = new JsonObject { ["_id"] = "deployment", ["mark"] = mark, ["holder"] = holder } };
            if (await server.AskAsync("lock", input, cancellationToken).ConfigureAwait(false) is not JsonObject other) return new MongoLock(server, database, mark, operation);
            stale = (string?)other["mark"] ?? "";
            if (!again && ProcessMark.IsStale(stale)) continue;
            throw new UpgradeException("DeploymentLocked", UpgradeErrorCategory.ResourceBusy, server.LogIn.ToString(), $"Another operation works on the database '{server.LogIn}': {(string?)other["holder"]}.", $"Wait until it has ended. Where its machine is gone for good, drop the database '{database}', which holds nothing but the lock.");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _server.AskAsync("unlock", new JsonObject { ["database"] = _database, ["mark"] = _mark }, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is MongoFailure or UpgradeException)
        {
            _operation.Warning($"The lock of the deployment in the database '{_database}' could not be given back: {failure.Message}");
        }
    }
}
