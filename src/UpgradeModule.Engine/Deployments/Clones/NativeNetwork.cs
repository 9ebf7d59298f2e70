using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace UpgradeModule.Engine.Deployments.Clones;

/// <summary>The system calls of Linux for networks of their own. Entering one concerns the calling thread alone.</summary>
internal static class NativeNetwork
{
    private const int NewNetwork = 0x40000000;
    private const int ReadOnly = 0;
    private const int CloseOnExec = 0x80000;
    private const nuint SetInterfaceFlags = 0x8914;
    private const short UpAndRunning = 0x1 | 0x40;
    private const int BadFile = 9;

    // The same numbers on every processor.
    private const int OpenProcess = 434;
    private const int TakeFile = 438;

    /// <summary>Switches the loopback interface on, the only one in a new network.</summary>
    /// <param name="socket">A socket of that network.</param>
    /// <exception cref="Win32Exception">The system refuses.</exception>
    public static void RaiseLoopback(Socket socket)
    {
        var request = new byte[40];
        "lo"u8.CopyTo(request);
        BitConverter.TryWriteBytes(request.AsSpan(16), UpAndRunning);
        if (NativeMethods.Control((int)socket.Handle, SetInterfaceFlags, request) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    /// <summary>Takes a copy of a file or socket that another process has open: for it, a socket of that process's network is one like any other.</summary>
    /// <param name="process">The process: one's own child, or whoever this process may trace.</param>
    /// <param name="number">The number that it has there.</param>
    /// <returns>The number that the copy has here; -1 where the other process hasn't opened it, or not yet.</returns>
    /// <exception cref="Win32Exception">The system refuses; from Linux 5.6 on it can.</exception>
    public static int Take(int process, int number)
    {
        var handle = NativeMethods.Call(OpenProcess, process, 0, 0);
        if (handle < 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
        try
        {
            var taken = NativeMethods.Call(TakeFile, handle, number, 0);
            if (taken >= 0) return (int)taken;
            var error = Marshal.GetLastPInvokeError();
            return error == BadFile ? -1 : throw new Win32Exception(error);
        }
        finally
        {
            _ = NativeMethods.Close((int)handle);
        }
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
        [DllImport("libc", EntryPoint = "setns", SetLastError = true)]
        internal static extern int SetNamespace(int file, int kind);

        [DllImport("libc", EntryPoint = "open", SetLastError = true)]
        internal static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

        [DllImport("libc", EntryPoint = "close", SetLastError = true)]
        internal static extern int Close(int file);

        [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
        internal static extern int Control(int file, nuint request, byte[] argument);

        [DllImport("libc", EntryPoint = "syscall", SetLastError = true)]
        internal static extern nint Call(nint number, nint first, nint second, nint third);
    }
}
