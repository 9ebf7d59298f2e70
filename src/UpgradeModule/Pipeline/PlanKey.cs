using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Pipeline;

/// <summary>All that a plan depends on.</summary>
/// <param name="spec">The definition, compared by reference: its own comparison would walk through thousands of releases.</param>
/// <param name="from">The version at the start.</param>
/// <param name="edition">The edition at the start.</param>
/// <param name="engine">The database engine.</param>
/// <param name="wish">Where the path goes.</param>
internal sealed class PlanKey(AppSpec spec, string from, string edition, DatabaseEngine? engine, PathWish wish) : IEquatable<PlanKey>
{
    private readonly AppSpec _spec = spec;
    private readonly (string From, string Edition, DatabaseEngine? Engine, PathWish Wish) _rest = (from, edition, engine, wish);

    /// <inheritdoc/>
    public bool Equals(PlanKey? other) => other is not null && ReferenceEquals(_spec, other._spec) && _rest == other._rest;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PlanKey);

    /// <inheritdoc/>
    public override int GetHashCode() => _rest.GetHashCode();
}
