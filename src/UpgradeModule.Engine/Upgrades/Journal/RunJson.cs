using System.Text;
using System.Text.Json;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Upgrades.Journal;

/// <summary>Writes and reads the journal's documents.</summary>
internal static class RunJson
{
    /// <summary>Writes a document.</summary>
    /// <param name="document">The document.</param>
    public static string Write(RunDocument document) => JsonSerializer.Serialize(document, RunJsonContext.Default.RunDocument);

    /// <summary>Writes a document, as UTF-8.</summary>
    /// <param name="document">The document.</param>
    public static byte[] WriteBytes(RunDocument document) => Encoding.UTF8.GetBytes(Write(document));

    /// <summary>Reads a document.</summary>
    /// <param name="json">Its text.</param>
    /// <param name="where">Where it was read, for the message.</param>
    /// <exception cref="UpgradeException"><c>RunUnreadable</c>.</exception>
    public static RunDocument Read(string json, string where)
    {
        RunDocument document;
        try
        {
            document = JsonDefaults.Deserialize(json, RunJsonContext.Default.RunDocument);
        }
        catch (JsonException failure)
        {
            throw Unreadable(where, failure.Message, failure);
        }

        if (document.FormatVersion == 1) document = FromFirst(document);
        return document.FormatVersion is >= 1 and <= RunDocument.Current ? document : throw Unreadable(where, "its format is not one that this version knows", null);
    }

    // The first format named the version that was reached, and not how far on the path that is.
    private static RunDocument FromFirst(RunDocument document) => document with
    {
        CompletedStops = document.Run.Reached is { } reached ? document.Path.Stops.ToList().FindIndex(stop => stop.To == reached) + 1 : 0,
        FromEdition = document.FromEdition.Length > 0 ? document.FromEdition : document.Run.Deployment.Edition,
    };

    private static UpgradeException Unreadable(string where, string why, Exception? inner) =>
        new("RunUnreadable", UpgradeErrorCategory.InvalidData, where, $"The record of an upgrade run in {where} can't be read: {why}.", "A newer version of the module may have written it.", inner);
}
