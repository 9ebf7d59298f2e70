using System.Text.Json;
using UpgradeModule.Engine.Containers.Objects;

namespace UpgradeModule.Engine.Containers.Registries;

/// <summary>Compares platforms: <c>linux/amd64</c>, <c>linux/arm64/v8</c>.</summary>
internal static class PlatformName
{
    /// <summary>Tells whether an image's platform is the one that was asked for.</summary>
    /// <param name="asked">The one asked for: <c>os/processor[/variant]</c>, or a processor alone.</param>
    /// <param name="actual">The image's.</param>
    public static bool Matches(string asked, string actual)
    {
        var (want, have) = (Parts(asked), Parts(actual));
        return want.Os == have.Os && want.Processor == have.Processor && (want.Variant.Length == 0 || have.Variant.Length == 0 || want.Variant == have.Variant);
    }

    /// <summary>Writes a platform as an inspect of an image takes it.</summary>
    /// <param name="platform">The platform.</param>
    public static string Json(string platform)
    {
        var (os, processor, variant) = Parts(platform);
        return JsonSerializer.Serialize(new DistributionPlatform { Os = os, Architecture = processor, Variant = variant.Length > 0 ? variant : null }, EngineJson.Default.DistributionPlatform);
    }

    private static (string Os, string Processor, string Variant) Parts(string platform)
    {
        var parts = platform.ToLowerInvariant().Split('/');
        if (parts.Length == 1) parts = ["linux", parts[0]];
        var processor = parts[1] switch { "x86_64" or "x86-64" => "amd64", "aarch64" => "arm64", "armhf" or "armel" => "arm", _ => parts[1] };
        var variant = parts.Length > 2 ? parts[2] : "";
        return (parts[0], processor, processor == "arm64" && variant == "v8" ? "" : variant);
    }
}
