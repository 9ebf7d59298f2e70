namespace UpgradeModule.Engine.Operations;

/// <summary>What tells a clone from the deployment that it was made of. It may hold secrets and never leaves the engine.</summary>
internal sealed record CloneSettings
{
    /// <summary>The environment variable that marks everything that belongs to a clone, with the clone's mark as its value.</summary>
    public const string Variable = "UPGRADEMODULE_REHEARSAL";

    /// <summary>Settings that it is given in place of its deployment's own; <see langword="null"/> takes one away.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>The program, and its arguments, that the clone's command is started by; empty for none.</summary>
    public IReadOnlyList<string> Launcher { get; init; } = [];

    /// <summary>Whether its home, in <see cref="Environment"/>, is merely its user's: then it gets one of its own where that one can't be written.</summary>
    public bool UsersHome { get; init; }

    /// <summary>The user that it runs as; whoever runs the rehearsal where <see langword="null"/>.</summary>
    public CloneUser? User { get; init; }

    /// <summary>Whether it has a network of its own: then no port of this machine is in its way.</summary>
    public bool OwnNetwork { get; init; }
}
