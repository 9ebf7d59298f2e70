using UpgradeModule.Engine.Deployments.Files;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Deployments;

/// <summary>The lock that lies at a deployment, where there is no room for its sign.</summary>
public sealed class DeploymentLockTests
{
    [SkippableFact]
    public async Task On_a_full_disk_the_lock_is_taken_all_the_same_and_holds()
    {
        using var disk = new SmallDisk(2);
        disk.Require();
        var context = ProcessScene.ContextOf(Path.Combine(disk.Path, "sampleapp"));
        await (await DeploymentLock.TakeAsync(context, "an upgrade", default)).DisposeAsync();
        disk.Fill();

        await using (await DeploymentLock.TakeAsync(context, "its undo", default))
        {
            var failure = await Assert.ThrowsAsync<UpgradeException>(() => DeploymentLock.TakeAsync(context, "another", default));
            Assert.Equal("DeploymentLocked", failure.ErrorId);
        }

        await (await DeploymentLock.TakeAsync(context, "the next", default)).DisposeAsync();
    }
}
