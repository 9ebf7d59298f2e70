using System.Text.Json;
using UpgradeModule.Engine.Containers.Objects;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>
/// Takes out of a container's configuration what came from its image: what is left is what a person gave, and that alone may go over to a
/// container of another image.
/// </summary>
internal static class FromImage
{
    /// <summary>The environment that a person gave: <c>NAME=value</c>. A variable that is set to what the image sets it to is the image's.</summary>
    /// <param name="container">The container's.</param>
    /// <param name="image">The image's.</param>
    public static IReadOnlyList<string> Environment(IReadOnlyList<string>? container, IReadOnlyList<string>? image)
    {
        var theirs = (image ?? []).ToHashSet(StringComparer.Ordinal);
        return [.. (container ?? []).Where(entry => !theirs.Contains(entry))];
    }

    /// <summary>The entries that a person gave.</summary>
    /// <param name="container">The container's.</param>
    /// <param name="image">The image's.</param>
    public static Dictionary<string, string> Labels(IReadOnlyDictionary<string, string>? container, IReadOnlyDictionary<string, string>? image) =>
        (container ?? new Dictionary<string, string>())
            .Where(pair => image is null || !image.TryGetValue(pair.Key, out var theirs) || theirs != pair.Value)
            .ToDictionary(static pair => pair.Key, static pair => pair.Value, StringComparer.Ordinal);

    /// <summary>The keys that a person gave: ports, volumes.</summary>
    /// <param name="container">The container's.</param>
    /// <param name="image">The image's.</param>
    public static IEnumerable<string> Keys(IEnumerable<string>? container, IEnumerable<string>? image) => (container ?? []).Except(image ?? [], StringComparer.Ordinal);

    /// <summary>A text that a person gave; <see langword="null"/> where it is the image's.</summary>
    /// <param name="container">The container's.</param>
    /// <param name="image">The image's.</param>
    public static string? Text(string? container, string? image) => string.IsNullOrEmpty(container) || container == image ? null : container;

    /// <summary>
    /// The entrypoint and command that a person gave. An entrypoint of one's own takes the image's command away, so the command beside it is one's
    /// own too, even if it reads like the image's; an image's entrypoint that was emptied is emptied again, which the engine is told by one empty word.
    /// </summary>
    /// <param name="container">The container's entrypoint and command.</param>
    /// <param name="image">The image's.</param>
    public static (IReadOnlyList<string>? Entrypoint, IReadOnlyList<string>? Command) Command((IReadOnlyList<string>? Entrypoint, IReadOnlyList<string>? Command) container, (IReadOnlyList<string>? Entrypoint, IReadOnlyList<string>? Command) image)
    {
        if (Same(container.Entrypoint, image.Entrypoint)) return (null, Same(container.Command, image.Command) ? null : container.Command);
        return (container.Entrypoint is { Count: > 0 } own ? own : [""], container.Command);
    }

    /// <summary>What of a health check a person gave: the engine takes each of its parts from the image where the container leaves it out.</summary>
    /// <param name="container">The container's.</param>
    /// <param name="image">The image's.</param>
    public static HealthcheckConfig? Healthcheck(HealthcheckConfig? container, HealthcheckConfig? image)
    {
        if (container is null || image is null) return container;
        var own = new HealthcheckConfig
        {
            Test = Same(container.Test, image.Test) ? null : container.Test,
            Interval = container.Interval == image.Interval ? null : container.Interval,
            Timeout = container.Timeout == image.Timeout ? null : container.Timeout,
            Retries = container.Retries == image.Retries ? null : container.Retries,
            StartPeriod = container.StartPeriod == image.StartPeriod ? null : container.StartPeriod,
            Extra = Differing(container.Extra, image.Extra),
        };
        return own == new HealthcheckConfig() ? null : own;
    }

    private static Dictionary<string, JsonElement>? Differing(Dictionary<string, JsonElement>? container, Dictionary<string, JsonElement>? image)
    {
        var own = (container ?? []).Where(pair => image is null || !image.TryGetValue(pair.Key, out var theirs) || theirs.GetRawText() != pair.Value.GetRawText())
            .ToDictionary(static pair => pair.Key, static pair => pair.Value, StringComparer.Ordinal);
        return own.Count == 0 ? null : own;
    }

    private static bool Same(IReadOnlyList<string>? left, IReadOnlyList<string>? right) => (left ?? []).SequenceEqual(right ?? [], StringComparer.Ordinal);
}
