namespace UpgradeModule;

/// <summary>The form of a report.</summary>
public enum ReportFormat
{
    /// <summary>One page for people, complete in itself: nothing in it is fetched from anywhere.</summary>
    Html,

    /// <summary>JSON for programs.</summary>
    Json,
}
