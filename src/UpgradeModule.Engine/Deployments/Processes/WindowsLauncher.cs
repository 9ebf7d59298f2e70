using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;

namespace UpgradeModule.Engine.Deployments.Processes;

/// <summary>Starts a program on Windows with its output going straight into a file, which .NET's own way can't.</summary>
[SupportedOSPlatform("windows")]
internal static class WindowsLauncher
{
    private const uint NoWindow = 0x08000000;
    private const uint UnicodeEnvironment = 0x00000400;
    private const int UseStandardHandles = 0x00000100;
    private const uint Inherit = 1;

    /// <summary>Starts it.</summary>
    /// <param name="plan">What to start.</param>
    /// <returns>The process id.</returns>
    public static int Start(LaunchPlan plan)
    {
        using var log = new FileStream(plan.Log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        var handle = log.SafeFileHandle.DangerousGetHandle();
        var start = new StartupInfo { Size = Marshal.SizeOf<StartupInfo>(), Flags = UseStandardHandles, Output = handle, Error = handle };
        if (!NativeMethods.SetHandleInformation(handle, Inherit, Inherit)) throw new Win32Exception();
        var line = new StringBuilder(Quote(plan.Command.Program));
        foreach (var argument in plan.Command.Arguments) line.Append(' ').Append(Quote(argument));
        var environment = string.Concat(plan.Environment.OrderBy(static entry => entry.Key, StringComparer.OrdinalIgnoreCase).Select(static entry => $"{entry.Key}={entry.Value}\0")) + "\0";
        if (!NativeMethods.CreateProcess(plan.Command.Program, line, 0, 0, true, NoWindow | UnicodeEnvironment, environment, plan.WorkingDirectory, ref start, out var process)) throw new Win32Exception();
        NativeMethods.CloseHandle(process.Thread);
        NativeMethods.CloseHandle(process.Process);
        return process.ProcessId;
    }

    /// <summary>Quotes an argument as the C runtime reads it.</summary>
    /// <param name="argument">The argument.</param>
    internal static string Quote(string argument)
    {
        if (argument.Length > 0 && !argument.Any(static c => char.IsWhiteSpace(c) || c == '"')) return argument;
        var quoted = new StringBuilder("\"");
        var backslashes = 0;
        foreach (var c in argument)
        {
            if (c == '\\')
            {
                backslashes++;
                continue;
            }

            // Backslashes are literal, but for those before a quote.
            quoted.Append('\\', c == '"' ? (2 * backslashes) + 1 : backslashes).Append(c);
            backslashes = 0;
        }

        return quoted.Append('\\', 2 * backslashes).Append('"').ToString();
    }

    [StructLayout(LayoutKind.Sequential, CharSet = CharSet.Unicode)]
    private struct StartupInfo
    {
        public int Size;
        public nint Reserved;
        public nint Desktop;
        public nint Title;
        public int X;
        public int Y;
        public int Width;
        public int Height;
        public int Columns;
        public int Rows;
        public int Fill;
        public int Flags;
        public short ShowWindow;
        public short Reserved2Size;
        public nint Reserved2;
        public nint Input;
        public nint Output;
        public nint Error;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ProcessInformation
    {
        public nint Process;
        public nint Thread;
        public int ProcessId;
        public int ThreadId;
    }

    private static class NativeMethods
    {
        [DllImport("kernel32.dll", EntryPoint = "CreateProcessW", CharSet = CharSet.Unicode, SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static extern bool CreateProcess(string program, StringBuilder commandLine, nint processAttributes, nint threadAttributes, [MarshalAs(UnmanagedType.Bool)] bool inheritHandles, uint flags, string environment, string directory, ref StartupInfo start, out ProcessInformation process);

        [DllImport("kernel32.dll", SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static extern bool SetHandleInformation(nint handle, uint mask, uint flags);

        [DllImport("kernel32.dll")]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static extern bool CloseHandle(nint handle);
    }
}
