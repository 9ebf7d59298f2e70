namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>What a credential helper writes.</summary>
internal sealed record HelperAnswer
{
    /// <summary>The user; <c>&lt;token&gt;</c> where the secret is an identity token.</summary>
    public string? Username { get; init; }

    /// <summary>The password or token.</summary>
    public string? Secret { get; init; }

    /// <summary>The user only.</summary>
    public override string ToString() => Username ?? "";
}
