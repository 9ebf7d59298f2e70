using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using UpgradeModule.Engine.Databases.Programs;
using UpgradeModule.Engine.Databases.Postgres.Programs;

namespace UpgradeModule.Engine.Databases.Postgres.Scratch;

/// <summary>
/// A PostgreSQL server in a throw-away container of the official image, or of one that takes the same settings. It listens on a free port of the
/// loopback, with a password of its own, and keeps its data in the container. One that a killed process left behind is removed by the next proof.
/// </summary>
internal sealed class ContainerServer : IThrowAwayServer
{
    private const string MarkLabel = "upgrademodule.mark";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly ContainerImage _image;
    private readonly string _container;

    private ContainerServer(ContainerImage image, string container, PostgresLogIn logIn)
    {
        _image = image;
        _container = container;
        LogIn = logIn;
    }

    /// <inheritdoc/>
    public PostgresLogIn LogIn { get; }

    /// <summary>Makes and starts one; the image is pulled where it isn't here.</summary>
    /// <param name="image">The image.</param>
    /// <param name="major">The major that it must have at least.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left then but an image that was pulled.</param>
    /// <exception cref="UpgradeException"><c>ScratchUnavailable</c>: it can't be pulled, doesn't start or is too old; the message has its last words.</exception>
    public static async Task<ContainerServer> StartAsync(ContainerImage image, int major, IOperationContext operation, CancellationToken cancellationToken)
    {
        await RemoveStaleAsync(image.Cli, operation, cancellationToken).ConfigureAwait(false);
        if (!image.IsHere) await PullAsync(image, operation, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        var mark = ProcessMark.Make();
        var name = "um-scratch-" + mark;
        try
        {
            var password = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
            await RunAsync(image, name, mark, password, cancellationToken).ConfigureAwait(false);
            var logIn = new PostgresLogIn { Server = "127.0.0.1", Port = await PortAsync(image, name, cancellationToken).ConfigureAwait(false), Database = "postgres", Credential = new DatabaseCredential("postgres", password), SslMode = "disable" };
            await AwaitAsync(image, name, logIn, major, cancellationToken).ConfigureAwait(false);
            return new ContainerServer(image, name, logIn);
        }
        catch
        {
            await image.Cli.RemoveAsync(name).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Restores an archive by the pg_restore of the container, where this machine has none that will do.</summary>
    /// <param name="file">The archive; it is fed by a pipe, so one table after the other.</param>
    /// <param name="database">The empty database.</param>
    /// <param name="user">The role that restores.</param>
    /// <param name="onStep">Told what is being restored.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The complaint; <see langword="null"/> where all went well.</returns>
    public async Task<string?> RestoreAsync(string file, string database, string user, Action<string> onStep, CancellationToken cancellationToken)
    {
        var result = await _image.Cli.ExecuteAsync(_container, ["pg_restore", "--username=" + user, .. PgArchiver.RestoreArguments(database, RestoreMode.Proof)], file, line => PgArchiver.TellTable(line, onStep), cancellationToken).ConfigureAwait(false);
        return result.Succeeded ? null : result.Complaint;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _image.Cli.RemoveAsync(_container).ConfigureAwait(false);

    private static async Task PullAsync(ContainerImage image, IOperationContext operation, CancellationToken cancellationToken)
    {
        const string Activity = "Pulling an image to prove the backup";
        operation.Verbose($"The image '{image.Name}' is not on this machine; {image.Cli.Description} pulls it. {ScratchPlaces.ImageVariable} names another one.");
        operation.Progress(new OperationProgress { Activity = Activity, Status = image.Name });
        try
        {
            var (result, _) = await image.Cli.RunAsync(["pull", "--quiet", image.Name], cancellationToken).ConfigureAwait(false);
            if (!result.Succeeded) throw Failed(image, "can't be pulled", result.Complaint);
        }
        finally
        {
            operation.Progress(new OperationProgress { Activity = Activity, Completed = true });
        }
    }

    // It is let finish in any case: cut short, nobody could tell whether there is a container to remove.
    private static async Task RunAsync(ContainerImage image, string name, string mark, string password, CancellationToken cancellationToken)
    {
        using var environment = PrivateFile.Write("POSTGRES_PASSWORD=" + password + "\n");
        string[] arguments =
        [
            "run", "--detach", "--rm", "--pull=never", "--name", name, "--label", MarkLabel + "=" + mark, "--label", "upgrademodule.host=" + Environment.MachineName, "--label", "upgrademodule.purpose=proof of a backup",
            "--env-file", environment.Path, "--publish", "127.0.0.1::5432", "--shm-size=256m", image.Name, "postgres", .. ThrowAwayServer.Settings,
        ];
        var (result, _) = await image.Cli.RunAsync(arguments, CancellationToken.None).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (!result.Succeeded) throw Failed(image, "can't be started", result.Complaint);
    }

    private static async Task<int> PortAsync(ContainerImage image, string name, CancellationToken cancellationToken)
    {
        var (result, lines) = await image.Cli.RunAsync(["port", name, "5432/tcp"], cancellationToken).ConfigureAwait(false);
        foreach (var line in lines)
        {
            if (int.TryParse(line[(line.LastIndexOf(':') + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)) return port;
        }

        throw Failed(image, "ends at once, or has no port on the loopback", result.Complaint);
    }

    // The official image first runs a server for its own set-up, which listens on no port: only an answer by TCP is of the one that stays.
    private static async Task AwaitAsync(ContainerImage image, string name, PostgresLogIn logIn, int major, CancellationToken cancellationToken)
    {
        var since = Stopwatch.StartNew();
        var words = "";
        while (true)
        {
            try
            {
                var connection = await PostgresConnection.OpenAsync(logIn, cancellationToken).ConfigureAwait(false);
                await using (connection.ConfigureAwait(false))
                {
                    await PostgresErrors.GuardAsync(logIn, "DatabaseUnreachable", "doesn't answer", () => connection.ScalarAsync("SELECT 1", cancellationToken)).ConfigureAwait(false);
                    if (connection.Major < major) throw Failed(image, "is too old", string.Create(CultureInfo.InvariantCulture, $"it has PostgreSQL {connection.Version}, and the backup needs {major} or newer"));
                    return;
                }
            }
            catch (UpgradeException failure) when (failure.ErrorId == "DatabaseUnreachable")
            {
                // An ended container takes its log away with it, so what it says is kept while it lives.
                var (log, lines) = await image.Cli.RunAsync(["logs", "--tail", "4", name], cancellationToken).ConfigureAwait(false);
                if (log.Succeeded) words = string.Join(" | ", lines.Concat(log.Errors));
                if (!log.Succeeded || since.Elapsed > Patience) throw Failed(image, "doesn't answer", words.Length > 0 ? words : failure.Message);
                await Task.Delay(300, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static async Task RemoveStaleAsync(ContainerCli cli, IOperationContext operation, CancellationToken cancellationToken)
    {
        var (_, ids) = await cli.RunAsync(["ps", "--all", "--quiet", "--filter", "label=" + MarkLabel], cancellationToken).ConfigureAwait(false);
        if (ids.Count == 0) return;
        var (_, lines) = await cli.RunAsync(["inspect", "--format", "{{.Id}} {{index .Config.Labels \"" + MarkLabel + "\"}}", .. ids], cancellationToken).ConfigureAwait(false);
        foreach (var line in lines)
        {
            if (line.Split(' ') is not [var id, var mark] || !ProcessMark.IsStale(mark)) continue;
            operation.Verbose($"The container '{id}' of a proof that was killed is removed.");
            await cli.RemoveAsync(id).ConfigureAwait(false);
        }
    }

    private static UpgradeException Failed(ContainerImage image, string what, string detail) =>
        new("ScratchUnavailable", UpgradeErrorCategory.ResourceUnavailable, image.Name, $"A container of '{image.Name}' by {image.Cli.Description} {what}: {detail.TrimEnd('.')}.", $"Pull or load the image, or name one that this machine can have in {ScratchPlaces.ImageVariable}.");
}
