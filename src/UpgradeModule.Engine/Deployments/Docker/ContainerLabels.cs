namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>The labels by which this module knows the containers that it makes. They are renewed at every swap and never taken for the user's own.</summary>
internal static class ContainerLabels
{
    /// <summary>What all of them begin with.</summary>
    public const string Prefix = "io.upgrademodule.";

    /// <summary>The label of the swap that made the container: unique to a run and stop.</summary>
    public const string Swap = Prefix + "swap";

    /// <summary>The name of the deployment's container, whose place it takes.</summary>
    public const string Of = Prefix + "of";

    /// <summary>The id of the container that it was made from, which is kept.</summary>
    public const string Replaces = Prefix + "replaces";

    /// <summary>The id of the container that it was made anew from, since the engine couldn't start that one any more; it is kept.</summary>
    public const string Renews = Prefix + "renews";

    /// <summary>The version that the image holds.</summary>
    public const string Version = Prefix + "version";

    /// <summary>The id of that image: another tool may recreate the container from another one and copy its labels.</summary>
    public const string ImageId = Prefix + "image-id";

    /// <summary>The image as it was asked for: <c>repo:tag</c>.</summary>
    public const string Reference = Prefix + "reference";

    /// <summary>The name of the container that a lock belongs to.</summary>
    public const string Lock = Prefix + "lock";

    /// <summary>The name of the container that a one-off command belongs to.</summary>
    public const string OneOff = Prefix + "one-off";

    /// <summary>Whether a label is one of this module.</summary>
    /// <param name="name">Its name.</param>
    public static bool IsOwn(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);
}
