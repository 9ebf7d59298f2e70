using System.Globalization;

namespace SampleApp;

/// <summary>Log lines on standard output.</summary>
internal static class Log
{
    public static void Info(string message) => Write("INFO", message);

    public static void Warning(string message) => Write("WARN", message);

    public static void Failure(string message, Exception failure)
    {
        Write("ERROR", message);
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            Console.WriteLine($"{cause.GetType().FullName}: {cause.Message}");
            if (cause.StackTrace is { } trace) Console.WriteLine(trace);
        }

        Console.Out.Flush();
    }

    private static void Write(string level, string message) =>
        Console.WriteLine($"{DateTimeOffset.UtcNow.ToString("yyyy-MM-dd HH:mm:ss,fff", CultureInfo.InvariantCulture)} {level} sampleapp :: {message}");
}
