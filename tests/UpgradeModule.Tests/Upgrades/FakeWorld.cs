using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Tests.Upgrades;

/// <summary>
/// A small world in memory: an installed artifact, a service that runs it or not, a database that the running version migrates. Every call
/// of the engine goes through <see cref="CallAsync"/>, where a test makes it fail, cancels, or looks at the world.
/// </summary>
internal sealed class FakeWorld
{
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    public AppVersion Installed { get; set; } = AppVersion.Parse("1.0.0");

    /// <summary>Whether what runs is started again and again by its host.</summary>
    public bool Restarting { get; set; }

    /// <summary>Whether the installed artifact tells its version.</summary>
    public bool TellsVersion { get; set; } = true;

    public AppVersion? Running { get; set; } = AppVersion.Parse("1.0.0");

    public Data Live { get; set; } = new(AppVersion.Parse("1.0.0"), ["first", "second"]);

    public Dictionary<string, Data> KeptData { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, AppVersion> KeptArtifacts { get; } = new(StringComparer.Ordinal);

    /// <summary>What a swap keeps.</summary>
    public string SwapKind { get; set; } = "Artifact";

    public bool Locked { get; set; }

    public List<string> Calls { get; } = [];

    /// <summary>What happens at a call, by its name and number: <c>Swap#2</c>. Thrown before the call takes effect.</summary>
    public Dictionary<string, Func<Task>> Before { get; } = new(StringComparer.Ordinal);

    /// <summary>As <see cref="Before"/>, when the call has taken effect.</summary>
    public Dictionary<string, Func<Task>> After { get; } = new(StringComparer.Ordinal);

    /// <summary>Rows that the migration to a version loses.</summary>
    public Dictionary<AppVersion, int> Loses { get; } = [];

    /// <summary>Why data lets the running version become ill; <see langword="null"/> where it doesn't.</summary>
    public Func<Data, Exception?> Sick { get; set; } = _ => null;

    /// <summary>What a one-off command does.</summary>
    public Func<OneOffCommand, CommandOutcome> RunOnce { get; set; } = _ => new CommandOutcome();

    public async Task<T> CallAsync<T>(string name, CancellationToken cancellationToken, Func<T> effect)
    {
        var number = _counts[name] = _counts.GetValueOrDefault(name) + 1;
        var key = $"{name}#{number}";
        Calls.Add(key);
        if (Before.TryGetValue(key, out var before)) await before();
        cancellationToken.ThrowIfCancellationRequested();
        var result = effect();
        if (After.TryGetValue(key, out var after)) await after();
        return result;
    }

    public void Start()
    {
        if (Running is not null) return;
        if (Live.Version > Installed) throw new UpgradeException("ServiceStartFailed", UpgradeErrorCategory.InvalidOperation, "app", "Downgrade detected.");
        Running = Installed;
        if (Live.Version == Installed) return;
        Live = new Data(Installed, [.. Live.Rows.Skip(Loses.GetValueOrDefault(Installed))]);
    }

    public void Write(string row)
    {
        Assert.NotNull(Running);
        Live = Live with { Rows = [.. Live.Rows, row] };
    }

    public ReturnPoint KeepData(string location)
    {
        KeptData[location] = Live;
        return new ReturnPoint { Kind = "Database", Location = location, Created = DateTimeOffset.UtcNow };
    }

    internal sealed record Data(AppVersion Version, IReadOnlyList<string> Rows);
}
