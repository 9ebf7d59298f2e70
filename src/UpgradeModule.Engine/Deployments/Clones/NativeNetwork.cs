using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace UpgradeModule.Engine.Deployments.Clones;

/// <summary>The system calls of Linux for network namespaces. They concern the calling thread alone.</summary>
internal static class NativeNetwork
{
    private const int NewNetwork = 0x40000000;
    private const int ReadOnly = 0;
    private const int CloseOnExec = 0x80000;
    private const nuint SetInterfaceFlags = 0x8914;
    private const short UpAndRunning = 0x1 | 0x40;

    /// <summary>The calling thread's number.</summary>
    public static int Thread => NativeMethods.GetThread();

    /// <summary>Gives the calling thread a network of its own, in which there is nothing but a loopback interface.</summary>
    /// <exception cref="Win32Exception">The system refuses.</exception>
    public static void Leave()
    {
        if (NativeMethods.Unshare(NewNetwork) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var request = new byte[40];
        "lo"u8.CopyTo(request);
        BitConverter.TryWriteBytes(request.AsSpan(16), UpAndRunning);
        if (NativeMethods.Control((int)socket.Handle, SetInterfaceFlags, request) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    /// <summary>Takes the calling thread into the network of another process.</summary>
    /// <param name="path">The network: <c>/proc/PID/ns/net</c>.</param>
    /// <exception cref="Win32Exception">The system refuses.</exception>
    public static void Enter(string path)
    {
        var file = NativeMethods.Open(path, ReadOnly | CloseOnExec);
        if (file < 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
        try
        {
            if (NativeMethods.SetNamespace(file, NewNetwork) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
        finally
        {
            _ = NativeMethods.Close(file);
        }
    }

    private static class NativeMethods
    {
        [DllImport("libc", EntryPoint = "unshare", SetLastError = true)]
        internal static extern int Unshare(int flags);

        [DllImport("libc", EntryPoint = "setns", SetLastError = true)]
        internal static extern int SetNamespace(int file, int kind);

        [DllImport("libc", EntryPoint = "open", SetLastError = true)]
        internal static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

        [DllImport("libc", EntryPoint = "close", SetLastError = true)]
        internal static extern int Close(int file);

        [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
        internal static extern int Control(int file, nuint request, byte[] argument);

        [DllImport("libc", EntryPoint = "gettid")]
        internal static extern int GetThread();
    }
}
