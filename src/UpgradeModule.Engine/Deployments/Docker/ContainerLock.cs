using System.Globalization;
using UpgradeModule.Engine.Containers.Objects;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>
/// The lock that lies at a deployment in a container, where every machine that works with the same engine sees it: a container that is never started, whose
/// name there can be only once. Its labels tell who holds it; who has died on this machine holds it no more.
/// </summary>
internal sealed class ContainerLock : IAsyncDisposable
{
    private const string User = ContainerLabels.Prefix + "lock.user";
    private const string Host = ContainerLabels.Prefix + "lock.host";
    private const string Scope = ContainerLabels.Prefix + "lock.process-scope";
    private const string Process = ContainerLabels.Prefix + "lock.process";
    private const string Started = ContainerLabels.Prefix + "lock.process-started";
    private const string Since = ContainerLabels.Prefix + "lock.since";
    private const string Token = ContainerLabels.Prefix + "lock.token";
    private const string Purpose = ContainerLabels.Prefix + "lock.purpose";
    private const int Tries = 3;
    private readonly DockerDeployment _deployment;
    private readonly string _id;
    private readonly LockMark _mark;

    private ContainerLock(DockerDeployment deployment, string id, LockMark mark)
    {
        _deployment = deployment;
        _id = id;
        _mark = mark;
    }

    /// <summary>Takes the lock.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="purpose">What it is taken for.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>DeploymentLocked</c>.</exception>
    public static async Task<IAsyncDisposable> TakeAsync(DockerDeployment deployment, string purpose, CancellationToken cancellationToken)
    {
        var container = await deployment.InspectAsync(cancellationToken).ConfigureAwait(false);
        var mark = new LockMark();
        try
        {
            var made = await TakeAsync(deployment, container, purpose, mark, cancellationToken).ConfigureAwait(false);
            return new ContainerLock(deployment, made, mark);
        }
        catch
        {
            mark.Dispose();
            throw;
        }
    }

    /// <summary>Looks whether somebody holds the lock; nothing is changed.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The failure that taking it would throw; <see langword="null"/> where it is free.</returns>
    public static async Task<UpgradeException?> SeeAsync(DockerDeployment deployment, CancellationToken cancellationToken)
    {
        var there = await deployment.Engine.FindContainerAsync(ContainerNames.Lock(deployment.Name), cancellationToken).ConfigureAwait(false);
        return there is null || HasDied(there.Config?.Labels ?? new Dictionary<string, string>()) ? null : Locked(deployment, there, null);
    }

    /// <summary>Gives the lock back. What was done under it is done: where that fails twice, it is a warning.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await RemoveAsync().ConfigureAwait(false);
        }
        catch (UpgradeException)
        {
            await RemoveAgainAsync().ConfigureAwait(false);
        }
        finally
        {
            _mark.Dispose();
        }
    }

    private static async Task<string> TakeAsync(DockerDeployment deployment, ContainerInspect container, string purpose, LockMark mark, CancellationToken cancellationToken)
    {
        for (var i = 0; i < Tries; i++)
        {
            try
            {
                // Once it is asked for, the answer is awaited: a lock whose holder doesn't know of it would stay.
                var request = await RequestAsync(deployment, container, purpose, mark, cancellationToken).ConfigureAwait(false);
                var made = await deployment.Engine.CreateContainerAsync(request, CancellationToken.None).ConfigureAwait(false);
                return made.Id;
            }
            catch (UpgradeException failure) when (failure.ErrorId == "ContainerNameTaken")
            {
                var there = await deployment.Engine.FindContainerAsync(ContainerNames.Lock(deployment.Name), cancellationToken).ConfigureAwait(false);
                if (there is null) continue;
                if (!HasDied(there.Config?.Labels ?? new Dictionary<string, string>())) throw Locked(deployment, there, failure);
                deployment.Context.Operation.Verbose($"The lock of '{deployment.Context.Deployment.Name}' is taken over: its holder has died or let go of it.");

                // By its id: if somebody else takes it over just now, theirs is not the one that goes.
                await deployment.Engine.RemoveContainerAsync(there.Id, force: false, volumes: true, cancellationToken).ConfigureAwait(false);
            }
        }

        throw Locked(deployment, null, null);
    }

    private Task RemoveAsync() => _deployment.Engine.RemoveContainerAsync(_id, force: false, volumes: true, CancellationToken.None);

    private async Task RemoveAgainAsync()
    {
        try
        {
            await RemoveAsync().ConfigureAwait(false);
        }
        catch (UpgradeException failure)
        {
            _deployment.Context.Operation.Warning($"The lock of '{_deployment.Context.Deployment.Name}' can't be given back: {failure.Message} Remove it by hand: docker rm {ContainerNames.Lock(_deployment.Name)}");
        }
    }

    private static async Task<ContainerCreateRequest> RequestAsync(DockerDeployment deployment, ContainerInspect container, string purpose, LockMark mark, CancellationToken cancellationToken)
    {
        // The image's volumes would be made, and filled, for nothing.
        var image = await deployment.Engine.FindImageAsync(container.Image ?? "", cancellationToken).ConfigureAwait(false);
        return new ContainerCreateRequest
        {
            Name = ContainerNames.Lock(deployment.Name),
            Config = new ContainerConfig
            {
                Image = container.Image,
                Cmd = ["this container is a lock and is never started"],
                Labels = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    [ContainerLabels.Lock] = deployment.Name,
                    [User] = Environment.UserName,
                    [Host] = Environment.MachineName,
                    [Scope] = ProcessIdentity.Scope(),
                    [Process] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
                    [Started] = ProcessIdentity.Of(Environment.ProcessId) ?? "",
                    [Since] = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
                    [Token] = mark.Token,
                    [Purpose] = purpose,
                },
            },
            HostConfig = new HostConfig
            {
                NetworkMode = "none",
                Mounts = image?.Config?.Volumes is { Count: > 0 } volumes ? [.. volumes.Keys.Select(static path => new MountSpec { Type = "tmpfs", Target = path })] : null,
            },
        };
    }

    private static bool HasDied(IReadOnlyDictionary<string, string> labels)
    {
        // Of another machine, or of a container that shares the engine, nothing can be known.
        if (labels.GetValueOrDefault(Host) != Environment.MachineName || labels.GetValueOrDefault(Scope) != ProcessIdentity.Scope()) return false;
        if (!int.TryParse(labels.GetValueOrDefault(Process), NumberStyles.None, CultureInfo.InvariantCulture, out var id)) return false;
        if (ProcessIdentity.Of(id) is not { } there || (there.Length > 0 && there != labels.GetValueOrDefault(Started))) return true;

        // One that this process could not give back, since the engine was away.
        return id == Environment.ProcessId && LockMark.IsGone(labels.GetValueOrDefault(Token));
    }

    private static UpgradeException Locked(DockerDeployment deployment, ContainerInspect? there, Exception? inner)
    {
        var name = deployment.Context.Deployment.Name;
        var labels = there?.Config?.Labels ?? new Dictionary<string, string>();
        var holder = labels.TryGetValue(User, out var user)
            ? $" by {user} on {labels.GetValueOrDefault(Host)} (process {labels.GetValueOrDefault(Process)}) since {labels.GetValueOrDefault(Since)} UTC, for: {labels.GetValueOrDefault(Purpose)}"
            : " by another process";
        var remedy = labels.GetValueOrDefault(Host) == Environment.MachineName
            ? "Wait until that is done. The lock is taken over where its holder has died."
            : "Wait until that is done.";
        return new UpgradeException("DeploymentLocked", UpgradeErrorCategory.ResourceBusy, name, $"'{name}' is locked{holder}.", $"{remedy} If that machine or session is gone for good, remove the lock with: docker rm {ContainerNames.Lock(deployment.Name)}", inner);
    }
}
