using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;

namespace UpgradeModule.Tests.Support;

/// <summary>A layer of an image: a tar archive with a digest.</summary>
internal sealed class TestLayer
{
    private const UnixFileMode Everybody = (UnixFileMode)0b111_101_101;
    private static readonly DateTimeOffset Then = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly MemoryStream _archive = new();

    private TestLayer(Action<TarWriter> write)
    {
        using (var writer = new TarWriter(_archive, TarEntryFormat.Pax, leaveOpen: true)) write(writer);
        Digest = Convert.ToHexString(SHA256.HashData(_archive.GetBuffer().AsSpan(0, (int)_archive.Length))).ToLowerInvariant();
    }

    /// <summary>The SHA-256 of the archive.</summary>
    public string Digest { get; }

    /// <summary>The archive.</summary>
    public Stream Open() => new MemoryStream(_archive.GetBuffer(), 0, (int)_archive.Length, writable: false);

    /// <summary>A layer of texts: path inside to content. All can be run.</summary>
    public static TestLayer OfTexts(IReadOnlyDictionary<string, string> texts) => new(writer =>
    {
        foreach (var (path, text) in texts) Add(writer, path, new MemoryStream(Encoding.UTF8.GetBytes(text)));
    });

    /// <summary>A layer of files of this machine: path inside to path here. All can be run.</summary>
    public static TestLayer OfFiles(IReadOnlyDictionary<string, string> files) => new(writer =>
    {
        foreach (var (path, file) in files)
        {
            using var content = File.OpenRead(file);
            Add(writer, path, content);
        }
    });

    /// <summary>A layer of busybox: /bin/sh and what else a container's script needs, and the folders that Linux programs expect.</summary>
    public static TestLayer OfBusyBox(string busybox) => new(writer =>
    {
        foreach (var folder in new[] { "bin", "etc", "tmp", "root", "var", "data" }) writer.WriteEntry(new PaxTarEntry(TarEntryType.Directory, folder) { Mode = folder == "tmp" ? (UnixFileMode)0x3FF : Everybody, ModificationTime = Then });
        Add(writer, "etc/passwd", new MemoryStream("root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000:app:/data:/bin/sh\n"u8.ToArray()));
        Add(writer, "etc/group", new MemoryStream("root:x:0:\napp:x:1000:\n"u8.ToArray()));
        using (var content = File.OpenRead(busybox)) Add(writer, "bin/busybox", content);
        foreach (var name in "sh sleep cat echo ls env httpd nc wget mkdir rm touch date id hostname trap test true false kill ps stat head tail grep printf mv cp df ip sync seq dd chmod chown md5sum".Split(' '))
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "bin/" + name) { LinkName = "busybox", Mode = Everybody, ModificationTime = Then });
        }
    });

    /// <summary>A layer of empty folders that belong to the user app (1000), those above before those beneath.</summary>
    public static TestLayer OfFolders(params string[] folders) => new(writer =>
    {
        foreach (var folder in folders) writer.WriteEntry(new PaxTarEntry(TarEntryType.Directory, folder.TrimStart('/')) { Mode = Everybody, ModificationTime = Then, Uid = 1000, Gid = 1000 });
    });

    private static void Add(TarWriter writer, string path, Stream content) =>
        writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path.TrimStart('/')) { Mode = Everybody, ModificationTime = Then, DataStream = content });
}
