using System.IO.Compression;
using System.Linq.Expressions;
using System.Reflection;

namespace UpgradeModule.Engine.Databases;

/// <summary>
/// The one place that asks for gzip's level 2. The module is built for .NET 8, whose gzip knows presets alone; from .NET 9 on the runtime takes levels,
/// and they are asked for at run time. Without them the preset Optimal serves: level 6 of zlib, half as quick and a little smaller. Level 1, which
/// the preset Fastest stands for, never serves: it writes half as much again.
/// </summary>
internal static class GzipLevel
{
    /// <summary>The level, where the runtime takes levels.</summary>
    public const int Level = 2;

    private static readonly Func<Stream, Stream>? s_levels = FindLevels();

    /// <summary>Whether the runtime takes levels.</summary>
    public static bool HasLevels => s_levels is not null;

    /// <summary>What is used, for people and the manifest.</summary>
    public static string Description => HasLevels ? "gzip level 2" : "gzip preset Optimal, because this runtime takes no levels";

    /// <summary>Opens a stream that compresses into another, which stays open.</summary>
    /// <param name="target">Where to.</param>
    public static Stream Open(Stream target) => s_levels?.Invoke(target) ?? new GZipStream(target, CompressionLevel.Optimal, leaveOpen: true);

    private static Func<Stream, Stream>? FindLevels()
    {
        var options = typeof(GZipStream).Assembly.GetType("System.IO.Compression.ZLibCompressionOptions");
        var level = options?.GetProperty("CompressionLevel", BindingFlags.Public | BindingFlags.Instance);
        var constructor = options is null ? null : typeof(GZipStream).GetConstructor([typeof(Stream), options, typeof(bool)]);
        if (level is null || constructor is null) return null;
        var target = Expression.Parameter(typeof(Stream));
        var chosen = Expression.MemberInit(Expression.New(options!), Expression.Bind(level, Expression.Constant(Level)));
        return Expression.Lambda<Func<Stream, Stream>>(Expression.New(constructor, target, chosen, Expression.Constant(true)), target).Compile();
    }
}
