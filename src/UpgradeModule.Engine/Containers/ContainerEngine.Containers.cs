using System.Globalization;
using System.Net;
using System.Text.Json;
using UpgradeModule.Engine.Containers.Objects;

namespace UpgradeModule.Engine.Containers;

/// <content>Containers.</content>
internal sealed partial class ContainerEngine
{
    private const int StartTries = 10;
    private static readonly TimeSpan s_startPause = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ContainerSummary>> ListContainersAsync(ContainerQuery query, CancellationToken cancellationToken)
    {
        var filters = new Dictionary<string, IReadOnlyList<string>>();
        if (query.Labels.Count > 0) filters["label"] = query.Labels;
        if (query.Volume is not null) filters["volume"] = [query.Volume];
        var path = "/containers/json" + Query(("all", query.All ? "1" : null), ("filters", filters.Count > 0 ? JsonSerializer.Serialize(filters, EngineJson.Default.DictionaryStringIReadOnlyListString) : null));
        using var response = await http.SendAsync(HttpMethod.Get, path, null, null, cancellationToken).ConfigureAwait(false);
        await RequireAsync(response, Address, "list its containers", cancellationToken).ConfigureAwait(false);
        return await http.ReadAsync(response, EngineJson.Default.IReadOnlyListContainerSummary, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<ContainerInspect?> FindContainerAsync(string container, CancellationToken cancellationToken) =>
        FindAsync($"/containers/{Segment(container)}/json", container, $"inspect the container '{container}'", EngineJson.Default.ContainerInspect, cancellationToken);

    /// <inheritdoc/>
    public async Task<ContainerInspect> InspectContainerAsync(string container, CancellationToken cancellationToken) =>
        await FindContainerAsync(container, cancellationToken).ConfigureAwait(false) ?? throw EngineErrors.ContainerNotFound(Address, container);

    /// <inheritdoc/>
    public async Task<ContainerCreated> CreateContainerAsync(ContainerCreateRequest request, CancellationToken cancellationToken)
    {
        var version = await http.VersionAsync(cancellationToken).ConfigureAwait(false);
        var plan = CreatePlan.For(request, version);
        // Docker takes networks that aren't there, and says so only when the container is started.
        foreach (var network in plan.Networks)
        {
            if (await FindNetworkAsync(network, cancellationToken).ConfigureAwait(false) is null) throw EngineErrors.NetworkNotFound(network);
        }

        ContainerCreated created;
        using (var response = await http.SendAsync(HttpMethod.Post, "/containers/create" + Query(("name", request.Name), ("platform", request.Platform)), Body(plan.Body), null, cancellationToken).ConfigureAwait(false))
        {
            if (!response.IsSuccessStatusCode) throw CreateFailure(request, response.StatusCode, await EngineHttp.MessageAsync(response, cancellationToken).ConfigureAwait(false));
            created = await http.ReadAsync(response, EngineJson.Default.ContainerCreated, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            foreach (var (network, endpoint) in plan.Later) await ConnectNetworkAsync(network, created.Id, endpoint, cancellationToken).ConfigureAwait(false);
            return created;
        }
        catch
        {
            await RemoveQuietlyAsync(created.Id).ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task StartContainerAsync(string container, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            using var response = await http.SendAsync(HttpMethod.Post, $"/containers/{Segment(container)}/start", null, null, cancellationToken).ConfigureAwait(false);
            if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NotModified) return;
            var says = await EngineHttp.MessageAsync(response, cancellationToken).ConfigureAwait(false);
            if (tries == StartTries || !EngineErrors.IsStillEnding(says)) throw StartFailure(container, response.StatusCode, says);
            await Task.Delay(s_startPause, cancellationToken).ConfigureAwait(false);
        }
    }

    private UpgradeException StartFailure(string container, HttpStatusCode status, string says) =>
        IsMissing(status, says) ? EngineErrors.ContainerNotFound(Address, container) : EngineErrors.StartFailed(container, says);

    /// <inheritdoc/>
    public Task StopContainerAsync(string container, TimeSpan? grace, CancellationToken cancellationToken)
    {
        var seconds = grace is null ? null : ((long)Math.Ceiling(grace.Value.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return ActAsync(HttpMethod.Post, container, "/stop" + Query(("t", seconds)), null, "stop", cancellationToken);
    }

    /// <inheritdoc/>
    public Task KillContainerAsync(string container, string signal, CancellationToken cancellationToken) =>
        ActAsync(HttpMethod.Post, container, "/kill" + Query(("signal", signal)), null, "kill", cancellationToken);

    /// <inheritdoc/>
    public async Task RemoveContainerAsync(string container, bool force, bool volumes, CancellationToken cancellationToken)
    {
        using var response = await http.SendAsync(HttpMethod.Delete, $"/containers/{Segment(container)}" + Query(("force", force ? "1" : null), ("v", volumes ? "1" : null)), null, null, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NotFound) return;
        var says = await EngineHttp.MessageAsync(response, cancellationToken).ConfigureAwait(false);
        // Somebody else, or the engine itself (--rm), is at it.
        if (says.Contains("is already in progress", StringComparison.OrdinalIgnoreCase)) return;
        throw EngineErrors.Failed(Address, container, $"remove the container '{container}'", says, (int)response.StatusCode);
    }

    /// <inheritdoc/>
    public async Task RenameContainerAsync(string container, string name, CancellationToken cancellationToken)
    {
        using var response = await http.SendAsync(HttpMethod.Post, $"/containers/{Segment(container)}/rename" + Query(("name", name)), null, null, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode) return;
        var says = await EngineHttp.MessageAsync(response, cancellationToken).ConfigureAwait(false);
        throw IsTaken(says) ? EngineErrors.ContainerNameTaken(name)
            : IsMissing(response.StatusCode, says) ? EngineErrors.ContainerNotFound(Address, container)
            : EngineErrors.Failed(Address, container, $"rename the container '{container}' to '{name}'", says, (int)response.StatusCode);
    }

    /// <inheritdoc/>
    public async Task UpdateContainerAsync(string container, ContainerUpdate update, CancellationToken cancellationToken)
    {
        var version = await http.VersionAsync(cancellationToken).ConfigureAwait(false);
        using var response = await http.SendAsync(HttpMethod.Post, $"/containers/{Segment(container)}/update", Body(update, EngineJson.Default.ContainerUpdate), null, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode) return;
        var says = await EngineHttp.MessageAsync(response, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.NotFound && await FindContainerAsync(container, cancellationToken).ConfigureAwait(false) is null) throw EngineErrors.ContainerNotFound(Address, container);
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed) throw EngineErrors.NotSupported(Address, $"({version}) can't change a container as it is.", "Make the container anew, or use Docker or Podman 5.");
        throw EngineErrors.Failed(Address, container, $"change the container '{container}'", says, (int)response.StatusCode);
    }

    /// <inheritdoc/>
    public async Task<int> WaitContainerAsync(string container, CancellationToken cancellationToken)
    {
        using var response = await http.SendAsync(HttpMethod.Post, $"/containers/{Segment(container)}/wait" + Query(("condition", "not-running")), null, null, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode) throw ActFailure(container, "wait for", response.StatusCode, await EngineHttp.MessageAsync(response, cancellationToken).ConfigureAwait(false));
        return (int)(await http.ReadAsync(response, EngineJson.Default.WaitAnswer, cancellationToken).ConfigureAwait(false)).StatusCode;
    }

    private static bool IsTaken(string says) => says.Contains("already in use", StringComparison.OrdinalIgnoreCase);

    private static bool IsMissing(HttpStatusCode status, string says) =>
        status == HttpStatusCode.NotFound && (says.Contains("no such container", StringComparison.OrdinalIgnoreCase) || says.Contains("no container with", StringComparison.OrdinalIgnoreCase));

    private UpgradeException CreateFailure(ContainerCreateRequest request, HttpStatusCode status, string says)
    {
        var image = request.Config.Image ?? "";
        var name = request.Name ?? image;
        if (IsTaken(says)) return EngineErrors.ContainerNameTaken(name);
        if (says.Contains("platform", StringComparison.OrdinalIgnoreCase) && request.Platform is not null) return EngineErrors.PlatformMismatch(image, request.Platform, says);
        if (status == HttpStatusCode.NotFound && says.Contains("image", StringComparison.OrdinalIgnoreCase)) return EngineErrors.ImageNotFound(image);
        if (says.Contains("image not known", StringComparison.OrdinalIgnoreCase)) return EngineErrors.ImageNotFound(image);
        return EngineErrors.Failed(Address, name, $"make the container '{name}'", says, (int)status);
    }

    private async Task ActAsync(HttpMethod method, string container, string action, HttpContent? content, string what, CancellationToken cancellationToken)
    {
        using var response = await http.SendAsync(method, $"/containers/{Segment(container)}{action}", content, null, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NotModified) return;
        throw ActFailure(container, what, response.StatusCode, await EngineHttp.MessageAsync(response, cancellationToken).ConfigureAwait(false));
    }

    private UpgradeException ActFailure(string container, string what, HttpStatusCode status, string says) =>
        IsMissing(status, says) ? EngineErrors.ContainerNotFound(Address, container)
        : says.Contains("is not running", StringComparison.OrdinalIgnoreCase) || says.Contains("container state improper", StringComparison.OrdinalIgnoreCase) ? EngineErrors.ContainerNotRunning(container)
        : EngineErrors.Failed(Address, container, $"{what} the container '{container}'", says, (int)status);

    // For the way back from something that failed: it must not hide the failure, nor go on for ever.
    private async Task RemoveQuietlyAsync(string container)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await RemoveContainerAsync(container, force: true, volumes: true, limit.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is UpgradeException or OperationCanceledException)
        {
            // The failure that brought us here is what is told.
        }
    }
}
