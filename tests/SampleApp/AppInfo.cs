namespace SampleApp;

/// <summary>What this build is.</summary>
internal static class AppInfo
{
    /// <summary>The version that it was built as.</summary>
    public static Version Release { get; } = typeof(AppInfo).Assembly.GetName().Version!;

    /// <summary>The version as people write it.</summary>
    public static string Version { get; } = Release.ToString(3);
}
