using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Readiness.Probing;

namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>The folders that are written to can be written to by this user.</summary>
internal sealed class FilePermissionsCheck : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "FilePermissions";

    /// <inheritdoc/>
    public Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        if (context.ArtifactPath is { } artifact)
        {
            if (!File.Exists(artifact)) findings.Add(Finding.Blocker($"The artifact '{artifact}' is not there.", "Check the deployment's artifact path.", artifact));
            else Look(findings, Path.GetDirectoryName(artifact)!, "the artifact lies in");
        }

        if (!context.Request.SkipBackup && context.Database is not null) Look(findings, context.BackupFolder, "the backup goes to");
        return Task.FromResult<IReadOnlyList<Finding>>(findings);
    }

    private static void Look(List<Finding> findings, string folder, string what)
    {
        var existing = Folders.NearestExisting(folder);
        if (existing is not null && FolderRights.MayWrite(existing)) return;
        findings.Add(Finding.Blocker($"This user may not write to the folder '{folder}', which {what}.", "Run as a user who may, or change the folder's rights.", folder));
    }
}
