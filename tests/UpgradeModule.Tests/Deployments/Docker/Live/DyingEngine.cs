using System.Reflection;
using UpgradeModule.Engine.Containers;

namespace UpgradeModule.Tests.Deployments.Docker.Live;

/// <summary>An engine whose caller dies after some changes: from then on nothing that is asked comes through, as if the process had been killed.</summary>
public class DyingEngine : DispatchProxy
{
    private static readonly string[] s_changes = ["CreateContainerAsync", "RenameContainerAsync", "UpdateContainerAsync", "RemoveContainerAsync", "StartContainerAsync", "RemoveVolumeAsync", "WriteArchiveAsync"];
    private object _engine = null!;
    private int _left;
    private bool _dead;

    /// <summary>Makes one.</summary>
    /// <param name="engine">The real one.</param>
    /// <param name="changes">How many changes come through.</param>
    internal static IContainerEngine Over(IContainerEngine engine, int changes)
    {
        var proxy = Create<IContainerEngine, DyingEngine>();
        var dying = (DyingEngine)(object)proxy;
        dying._engine = engine;
        dying._left = changes;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var method = targetMethod!;
        if (method.Name == nameof(IAsyncDisposable.DisposeAsync)) return ValueTask.CompletedTask;
        if (s_changes.Contains(method.Name) && --_left < 0) _dead = true;
        if (_dead && method.Name != "get_Address") throw new KilledException();
        return method.Invoke(_engine, args);
    }
}
