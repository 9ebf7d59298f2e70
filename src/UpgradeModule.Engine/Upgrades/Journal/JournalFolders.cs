using System.Text;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Upgrades.Journal;

/// <summary>
/// The other folders in which a deployment that no store knows has runs: those whose backup was sent to a place of its own. They are noted in the folder
/// where its runs are looked for, so that a run is found again by whoever doesn't name that place.
/// </summary>
internal static class JournalFolders
{
    private const string Name = "elsewhere.txt";

    /// <summary>Notes a folder; once is enough.</summary>
    /// <param name="usual">The folder where runs are looked for.</param>
    /// <param name="folder">The other one.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task NoteAsync(string usual, string folder, CancellationToken cancellationToken)
    {
        var known = Of(usual);
        if (known.Contains(folder, StringComparer.Ordinal)) return;
        PrivateFiles.CreateDirectory(usual);
        await PrivateFiles.WriteAsync(Path.Combine(usual, Name), Encoding.UTF8.GetBytes(string.Join('\n', [.. known, folder]) + "\n"), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The folders that are noted.</summary>
    /// <param name="usual">The folder where runs are looked for.</param>
    public static IReadOnlyList<string> Of(string usual)
    {
        var file = Path.Combine(usual, Name);
        return File.Exists(file) ? [.. File.ReadAllLines(file).Where(static line => line.Length > 0)] : [];
    }
}
