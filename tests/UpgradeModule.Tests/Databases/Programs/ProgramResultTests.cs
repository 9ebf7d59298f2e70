using UpgradeModule.Engine.Databases.Postgres.Programs;

namespace UpgradeModule.Tests.Databases.Programs;

/// <summary>What PostgreSQL's programs complain about, out of all that they tell.</summary>
public class ProgramResultTests
{
    [SkippableFact]
    public async Task The_reason_is_found_above_a_long_statement_that_failed_and_not_in_its_lines()
    {
        Skip.If(OperatingSystem.IsWindows(), "The program is a shell's.");
        const string Script = """
            for i in $(seq 60); do echo "pg_restore: creating FUNCTION \"public.f$i()\"" >&2; done
            echo 'pg_restore: error: could not execute query: server closed the connection unexpectedly' >&2
            echo 'Command was: CREATE FUNCTION public.f() RETURNS void AS $$' >&2
            for i in $(seq 90); do echo "  RAISE EXCEPTION 'error $i: could not do it';" >&2; done
            exit 1
            """;
        var result = await ProgramRun.ExecuteAsync("/bin/sh", ["-c", Script], new Dictionary<string, string>(), null, null, CancellationToken.None);
        Assert.Equal("pg_restore: error: could not execute query: server closed the connection unexpectedly", result.Complaint);
        Assert.Equal(40, result.Errors.Count);
        Assert.True(ProgramComplaint.IsAboutConnection(result.Complaint));
    }

    [Theory]
    [InlineData("pg_dump: error: query failed: SSL connection has been closed unexpectedly")]
    [InlineData("pg_dump: error: query failed: SSL SYSCALL error: EOF detected")]
    [InlineData("pg_dump: error: query failed: SSL error: unexpected eof while reading")]
    [InlineData("pg_dump: error: query failed: could not receive data from server: Connection timed out")]
    [InlineData("pg_dump: error: query failed: server closed the connection unexpectedly")]
    [InlineData("pg_dump: detail: Error message from server: lost synchronization with server: got message type \"d\", length 1")]
    [InlineData("pg_dump: error: could not translate host name \"db\" to address: Temporary failure in name resolution")]
    [InlineData("pg_dump: error: connection to server at \"db\" (10.0.0.1), port 5432 failed: timeout expired")]
    [InlineData("pg_dump: error: query failed: FATAL:  terminating connection due to administrator command")]
    public void A_connection_that_is_lost_is_told_as_such(string line)
    {
        var result = new ProgramResult(1, ["pg_dump: reading schemas", line, "pg_dump: detail: Query was: SELECT 1"]);
        Assert.Equal(line, result.Complaint);
        Assert.True(ProgramComplaint.IsAboutConnection(result.Complaint));
    }

    [Theory]
    [InlineData("pg_restore:pg_restore: error: a worker process died unexpectedly", " error: error returned by PQputCopyData: server closed the connection unexpectedly")]
    [InlineData("pg_restore:pg_restore: error: error returned by PQputCopyData: server closed the connection unexpectedly", " error: a worker process died unexpectedly")]
    [InlineData("error: pg_restore: error returned by PQputCopyData: server closed the connection unexpectedly", "pg_restore: error: a worker process died unexpectedly")]
    [InlineData("pg_restore: error: pg_restore: error: a worker process died unexpectedly", "COPY failed for table \"t\": server closed the connection unexpectedly")]
    public void A_lost_connection_is_found_where_several_processes_talk_at_once(string first, string second)
    {
        var complaint = new ProgramResult(1, ["pg_restore: processing data for table \"public.t\"", first, second, "\tThis probably means the server terminated abnormally", "\tbefore or while processing the request."]).Complaint;
        Assert.True(ProgramComplaint.IsAboutConnection(complaint), complaint);
        Assert.False(ProgramComplaint.IsAboutWorker(complaint), complaint);
    }

    [Fact]
    public void A_worker_that_was_killed_says_nothing_about_the_archive()
    {
        Assert.True(ProgramComplaint.IsAboutWorker(new ProgramResult(1, ["pg_restore: creating TABLE \"public.t\"", "pg_restore: error: a worker process died unexpectedly"]).Complaint));
        Assert.False(ProgramComplaint.IsAboutWorker(new ProgramResult(1, ["pg_restore: error: could not read from input file: end of file", "pg_restore: error: a worker process died unexpectedly"]).Complaint));
    }

    [Theory]
    [InlineData("pg_dump: error: query failed: ERROR:  permission denied for table t")]
    [InlineData("pg_restore: error: could not execute query: ERROR:  canceling statement due to lock timeout")]
    public void What_the_server_refuses_is_not_taken_for_a_lost_connection(string line) => Assert.False(ProgramComplaint.IsAboutConnection(new ProgramResult(1, [line]).Complaint));

    [Fact]
    public void A_refused_snapshot_is_known_by_its_statement_in_any_language()
    {
        Assert.True(ProgramComplaint.IsAboutSnapshot(["pg_dump: error: query failed: FEHLER:  ungültiger Snapshot-Bezeichner: »x«", "pg_dump: detail: Query was: SET TRANSACTION SNAPSHOT 'x'"]));
        Assert.False(ProgramComplaint.IsAboutSnapshot(["pg_dump: error: query failed: FEHLER:  keine Berechtigung für Tabelle t", "pg_dump: detail: Query was: LOCK TABLE public.t IN ACCESS SHARE MODE"]));
    }
}
