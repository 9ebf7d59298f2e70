using System.Globalization;
using System.Text;
using UpgradeModule.Engine.Databases.H2;
using UpgradeModule.Engine.Databases.H2.Store;

namespace UpgradeModule.Tests.Databases.H2;

public class H2StructureTests
{
    [SkippableTheory]
    [InlineData("1.4.200")]
    [InlineData("2.1.214")]
    [InlineData("2.2.224")]
    public async Task A_files_header_parts_and_pages_are_checked_without_Java(string version)
    {
        using var fixture = await H2Fixture.MakeAsync(version);
        await fixture.RunAsync("UPDATE person SET name = name || '!'; CREATE TABLE more AS SELECT X AS a, RANDOM_UUID() AS b FROM SYSTEM_RANGE(1, 20000)");
        await fixture.RunAsync("DELETE FROM more WHERE MOD(a, 3) = 0");
        var bytes = await File.ReadAllBytesAsync(fixture.File);
        Assert.Null(Check(bytes));

        // Every part that the file consists of is looked at: a footer that is damaged, or a page's frame, is found wherever it is.
        var parts = Enumerable.Range(2, (bytes.Length / 4096) - 2).Where(block => Encoding.ASCII.GetString(bytes, block * 4096, 6) == "chunk:").ToList();
        Assert.NotEmpty(parts);
        var found = 0;
        foreach (var part in parts)
        {
            var damaged = (byte[])bytes.Clone();
            var text = Encoding.ASCII.GetString(bytes, part * 4096, 1024);
            var length = int.Parse(text.Split("len:")[1].Split(',')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (((part + length) * 4096) > bytes.Length) continue;
            damaged[((part + length) * 4096) - 100] ^= 0x41;
            if (Check(damaged) is not null) found++;
        }

        Assert.InRange(found, 1, parts.Count);
        Assert.NotNull(Check(bytes[..(bytes.Length / 2)]));
        Assert.NotNull(Check(bytes[..100]));
        var header = (byte[])bytes.Clone();
        header[10] ^= 1;
        Assert.Null(Check(header));
        header[4096 + 10] ^= 1;
        Assert.NotNull(Check(header));
    }

    [Fact]
    public void The_format_is_told_by_the_header()
    {
        Assert.Equal("2.1", H2Format.Of(new MemoryStream(Header("H:2,block:2,blockSize:1000,chunk:1,created:1,format:2,version:1")))!.Tag);
        Assert.Equal("h2-page", H2Format.Of(new MemoryStream(Encoding.ASCII.GetBytes("-- H2 0.5/B -- \n")))!.Name);
        Assert.Equal("h2-encrypted", H2Format.Of(new MemoryStream(Encoding.ASCII.GetBytes("H2encrypt\n12345678")))!.Name);
        Assert.Null(H2Format.Of(new MemoryStream(Header("H:2,block:2,blockSize:1000,chunk:1,created:1,format:9,version:1"))));
        Assert.Null(H2Format.Of(new MemoryStream([])));
    }

    [Theory]
    [InlineData("\"A\"\n", 0)]
    [InlineData("\"A\"\r\n\"x\"\r\n", 1)]
    [InlineData("\"A\",\"B\"\n,\"\"\n\"a\"\"b\n,\",\n", 2)]
    public void What_CSVWRITE_writes_is_read_back(string text, int rows) => Assert.Equal(rows, H2Csv.Read(text).Count);

    [Fact]
    public void Nothing_and_an_empty_text_are_told_apart()
    {
        var rows = H2Csv.Read("\"A\",\"B\",\"C\"\n,\"\",\"a\"\"b\n,\"\n\"x\",,\n");
        Assert.Equal<IEnumerable<string?>>([null, "", "a\"b\n,"], rows[0]);
        Assert.Equal<IEnumerable<string?>>(["x", null, null], rows[1]);
        Assert.Throws<InvalidDataException>(() => H2Csv.Read("\"A\"\n\"x"));
    }

    private static string? Check(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        return new H2Structure(stream).Check(default);
    }

    private static byte[] Header(string text)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        var whole = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{text},fletcher:{H2Map.Fletcher(bytes):x}\n"));
        return [.. whole, .. new byte[8192 - whole.Length]];
    }
}
