using System.Globalization;
using System.Text.Json;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Files;

/// <summary>
/// The lock that lies at a deployment: a file that its holder has open, so that the operating system gives it back where the holder dies.
/// Who holds it stands in a file beside.
/// </summary>
internal sealed class DeploymentLock : IAsyncDisposable
{
    private readonly FileStream _stream;
    private readonly DeploymentFolder _folder;

    private DeploymentLock(FileStream stream, DeploymentFolder folder)
    {
        _stream = stream;
        _folder = folder;
    }

    /// <summary>Takes the lock.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="purpose">What it is taken for.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>DeploymentLocked</c>, <c>PermissionMissing</c>.</exception>
    public static async Task<IAsyncDisposable> TakeAsync(DeploymentContext context, string purpose, CancellationToken cancellationToken)
    {
        var folder = DeploymentFolder.Of(context);
        folder.Create();
        FileStream stream;
        try
        {
            stream = new FileStream(folder.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException failure)
        {
            throw folder.Denied(failure);
        }
        catch (IOException failure) when (failure is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException))
        {
            throw new UpgradeException(
                "DeploymentLocked",
                UpgradeErrorCategory.ResourceBusy,
                context.Deployment.Name,
                $"'{context.Deployment.Name}' is locked{await HolderAsync(folder, cancellationToken).ConfigureAwait(false)}.",
                "Wait until that is done. The lock goes by itself where its holder has died.",
                failure);
        }

        var taken = new DeploymentLock(stream, folder);
        try
        {
            var holder = new LockHolder
            {
                User = Environment.UserName,
                Host = Environment.MachineName,
                ProcessId = Environment.ProcessId,
                Purpose = purpose,
                Since = DateTimeOffset.UtcNow,
            };
            await TellAsync(folder, holder, cancellationToken).ConfigureAwait(false);
            return taken;
        }
        catch
        {
            await taken.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The lock's own file stays: removing it would let two have it, one on the old file and one on a new one.
        if (_stream.CanWrite) File.Delete(_folder.LockHolderFile);
        await _stream.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task TellAsync(DeploymentFolder folder, LockHolder holder, CancellationToken cancellationToken)
    {
        try
        {
            await PrivateFiles.WriteAsync(folder.LockHolderFile, JsonSerializer.SerializeToUtf8Bytes(holder, LockHolderJsonContext.Default.LockHolder), cancellationToken).ConfigureAwait(false);
        }
        catch (IOException failure) when (DiskSpace.IsFull(failure))
        {
            // Whoever makes room, stops the application or takes a run back on a full disk needs the lock, not its sign.
            File.Delete(folder.LockHolderFile);
        }
    }

    private static async Task<string> HolderAsync(DeploymentFolder folder, CancellationToken cancellationToken)
    {
        try
        {
            var json = await File.ReadAllTextAsync(folder.LockHolderFile, cancellationToken).ConfigureAwait(false);
            var holder = JsonDefaults.Deserialize(json, LockHolderJsonContext.Default.LockHolder);
            return string.Create(CultureInfo.InvariantCulture, $" by {holder.User} on {holder.Host} (process {holder.ProcessId}) since {holder.Since:yyyy-MM-dd HH:mm:ss} UTC, for: {holder.Purpose}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException)
        {
            return " by another process";
        }
    }
}
