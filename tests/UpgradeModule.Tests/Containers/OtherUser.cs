using System.Runtime.InteropServices;

namespace UpgradeModule.Tests.Containers;

/// <summary>Lets root act as nobody where the file system is concerned, in a thread of its own.</summary>
internal static class OtherUser
{
    private const uint Nobody = 65534;

    /// <summary>Runs something that does its system calls at once.</summary>
    /// <returns>What it threw.</returns>
    public static Exception? Run(Func<Task> action)
    {
        Exception? thrown = null;
        var thread = new Thread(() =>
        {
            try
            {
                _ = FileSystemGroup(Nobody);
                _ = FileSystemUser(Nobody);
                action().GetAwaiter().GetResult();
            }
            catch (Exception failure)
            {
                thrown = failure;
            }
        });
        thread.Start();
        thread.Join();
        return thrown;
    }

    [DllImport("libc", EntryPoint = "setfsuid")]
    private static extern int FileSystemUser(uint user);

    [DllImport("libc", EntryPoint = "setfsgid")]
    private static extern int FileSystemGroup(uint group);
}
