using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases;

/// <summary>Backups beside a writer in a process of its own, whose transactions each keep two tables' sums alike.</summary>
public partial class SqliteWriterTests
{
    private static readonly InvariantSpec[] Sums = [new() { Name = "sums", Sql = "SELECT (SELECT coalesce(sum(amount), 0) FROM credit) - (SELECT coalesce(sum(amount), 0) FROM debit)" }];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_writer_at_full_speed_in_another_process_is_not_held_up_and_every_backup_is_of_one_moment(bool compact)
    {
        Skip.If(BackgroundProgram.Find("sqlite3") is null, "The program sqlite3, which writes in another process, is not installed (Debian: sqlite3).");
        using var fixture = new SqliteFixture();
        fixture.Fill(20_000);
        fixture.Execute("CREATE TABLE credit (id INTEGER PRIMARY KEY, amount INTEGER, x BLOB)", "CREATE TABLE debit (id INTEGER PRIMARY KEY, amount INTEGER)");
        using var writer = new Writer(fixture.File);
        await writer.WrittenAsync(20);
        var rows = new List<long>();
        for (var round = 0; round < 3; round++)
        {
            var before = writer.Written;
            var dump = await fixture.Database.DumpAsync(fixture.Folder($"backup{round}"), Sums, new BackupOptions { Compact = compact }, new RecordingOperation(), default);
            Assert.Equal(0, dump.Invariants.Single().Value);
            rows.Add(dump.Tables.Single(table => table.Table == "credit").Rows);
            Assert.Equal(rows[^1], dump.Tables.Single(table => table.Table == "debit").Rows);
            await writer.WrittenAsync(before + 1);
        }

        // It went on writing between the backups and while they were made.
        Assert.True(rows[0] < rows[1] && rows[1] < rows[2], string.Join(" ", rows));
        await writer.StopAsync();
        Assert.Equal("", writer.Errors);
        Assert.True(writer.Longest < Patience, $"A transaction waited {writer.Longest}.");
    }

    /// <summary>The program sqlite3, which is given one transaction after the other and tells how long each statement took.</summary>
    private sealed partial class Writer : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Process _process;
        private readonly Task _feeding;
        private readonly Task _reading;
        private readonly Task<string> _errors;
        private int _written;

        public Writer(string file)
        {
            _process = Process.Start(new ProcessStartInfo("sqlite3", ["-batch", file]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
            _errors = _process.StandardError.ReadToEndAsync();
            _reading = ReadAsync();
            _feeding = FeedAsync();
        }

        public int Written => Volatile.Read(ref _written);

        public TimeSpan Longest { get; private set; }

        public string Errors { get; private set; } = "";

        public async Task WrittenAsync(int count)
        {
            for (var tries = 0; Written < count && tries < 3000; tries++) await Task.Delay(10);
            Assert.True(Written >= count, "The writer writes nothing.");
        }

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await _feeding;
            await _process.WaitForExitAsync();
            await _reading;
            Errors = await _errors;
        }

        public void Dispose()
        {
            if (!_process.HasExited) _process.Kill();
            _process.Dispose();
            _stop.Dispose();
        }

        private async Task FeedAsync()
        {
            try
            {
                await _process.StandardInput.WriteLineAsync(".timeout 20000\n.timer on");
                for (var number = 1; !_stop.IsCancellationRequested; number++)
                {
                    var line = string.Create(CultureInfo.InvariantCulture, $"BEGIN IMMEDIATE;\nINSERT INTO credit (amount, x) VALUES ({number}, randomblob(700));\nINSERT INTO debit (amount) VALUES ({number});\nCOMMIT;\nSELECT 'written';");
                    await _process.StandardInput.WriteLineAsync(line);
                    await _process.StandardInput.FlushAsync();

                    // No further ahead of it than a pipe is long: what is asked for is what happens now.
                    while (number > Written + 50 && !_stop.IsCancellationRequested) await Task.Delay(1);
                }

                _process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It ended; its errors tell why.
            }
        }

        private async Task ReadAsync()
        {
            while (await _process.StandardOutput.ReadLineAsync() is { } line)
            {
                if (line == "written") Interlocked.Increment(ref _written);
                else if (Took().Match(line) is { Success: true } match && TimeSpan.FromSeconds(double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)) is var took && took > Longest) Longest = took;
            }
        }

        [GeneratedRegex(@"^Run Time: real (\d+\.\d+)")]
        private static partial Regex Took();
    }
}
