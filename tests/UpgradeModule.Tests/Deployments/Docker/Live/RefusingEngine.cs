using System.Reflection;
using UpgradeModule.Engine.Containers;

namespace UpgradeModule.Tests.Deployments.Docker.Live;

/// <summary>An engine that refuses one thing, as one whose storage driver is busy, and does all else.</summary>
public class RefusingEngine : DispatchProxy
{
    private object _engine = null!;
    private string _refused = "";

    /// <summary>Makes one.</summary>
    /// <param name="engine">The real one.</param>
    /// <param name="refused">The method that it refuses.</param>
    internal static IContainerEngine Over(IContainerEngine engine, string refused)
    {
        var proxy = Create<IContainerEngine, RefusingEngine>();
        var refusing = (RefusingEngine)(object)proxy;
        refusing._engine = engine;
        refusing._refused = refused;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var method = targetMethod!;
        if (method.Name == nameof(IAsyncDisposable.DisposeAsync)) return ValueTask.CompletedTask;
        return method.Name == _refused
            ? Task.FromException(new UpgradeException("ContainerEngineFailed", UpgradeErrorCategory.InvalidOperation, "engine", "device or resource busy"))
            : method.Invoke(_engine, args);
    }
}
