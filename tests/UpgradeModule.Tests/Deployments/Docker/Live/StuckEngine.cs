using System.Reflection;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;

namespace UpgradeModule.Tests.Deployments.Docker.Live;

/// <summary>An engine that takes one container for half started, as Docker does for good when its daemon ended while it started it: every start fails, and nothing clears it.</summary>
public class StuckEngine : DispatchProxy
{
    private IContainerEngine _engine = null!;
    private string _id = "";
    private bool _takesItForEnded;

    /// <summary>Makes one.</summary>
    /// <param name="engine">The real one.</param>
    /// <param name="id">The container's id.</param>
    /// <param name="takesItForEnded">Whether it takes the container for ended, whatever it does.</param>
    internal static IContainerEngine Over(IContainerEngine engine, string id, bool takesItForEnded = false)
    {
        var proxy = Create<IContainerEngine, StuckEngine>();
        var stuck = (StuckEngine)(object)proxy;
        (stuck._engine, stuck._id, stuck._takesItForEnded) = (engine, id, takesItForEnded);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var method = targetMethod!;
        return method.Name switch
        {
            nameof(IAsyncDisposable.DisposeAsync) => ValueTask.CompletedTask,
            nameof(IContainerEngine.StartContainerAsync) => StartAsync((string)args![0]!),
            nameof(IContainerEngine.FindContainerAsync) => FindAsync((string)args![0]!),
            _ => method.Invoke(_engine, args),
        };
    }

    private async Task StartAsync(string container)
    {
        if ((await _engine.FindContainerAsync(container, default))?.Id == _id) throw EngineErrors.StartFailed(container, $"task {_id}: already exists");
        await _engine.StartContainerAsync(container, default);
    }

    private async Task<ContainerInspect?> FindAsync(string container)
    {
        var found = await _engine.FindContainerAsync(container, default);
        return _takesItForEnded && found?.Id == _id ? found with { State = found.State! with { Running = false, Status = "exited" } } : found;
    }
}
