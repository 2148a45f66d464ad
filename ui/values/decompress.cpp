// SPDX-License-Identifier: GPL-3.0-or-later
#include "values/decompress.h"

#include <algorithm>
#include <memory>

#include <QCoreApplication>

#include <lz4frame.h>
#include <zlib.h>
#include <zstd.h>

namespace rustcask::ui {

namespace {

constexpr qint64 pieceBytes = qint64{256} << 10;

QString tr(const char* text) {
    return QCoreApplication::translate("Decompress", text);
}

unsigned char at(QByteArrayView bytes, qsizetype i) {
    return static_cast<unsigned char>(bytes[i]);
}

/// One format's streaming decoder.
class Decoder {
public:
    virtual ~Decoder() = default;
    enum class State { goesOn, frameEnd, damaged };
    /// Takes from `in` and puts to `out`, moving both along; either may be left unused.
    virtual State step(const char*& in, std::size_t& inBytes, char*& out, std::size_t& outBytes) = 0;
    /// Before another member or frame.
    virtual void reset() = 0;
    [[nodiscard]] QString problem() const { return m_problem; }

protected:
    QString m_problem;
};

class ZlibDecoder final : public Decoder {
public:
    explicit ZlibDecoder(bool gzip) { m_ready = inflateInit2(&m_stream, gzip ? 15 + 16 : 15) == Z_OK; }
    ~ZlibDecoder() override {
        if (m_ready) {
            inflateEnd(&m_stream);
        }
    }
    State step(const char*& in, std::size_t& inBytes, char*& out, std::size_t& outBytes) override {
        if (!m_ready) {
            m_problem = tr("There is no memory to unpack it.");
            return State::damaged;
        }
        // zlib takes the input as not const, and does not change it.
        m_stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(in)); // NOLINT
        m_stream.avail_in = static_cast<uInt>(inBytes);
        m_stream.next_out = reinterpret_cast<Bytef*>(out);
        m_stream.avail_out = static_cast<uInt>(outBytes);
        const int result = inflate(&m_stream, Z_NO_FLUSH);
        in += inBytes - m_stream.avail_in;
        inBytes = m_stream.avail_in;
        out += outBytes - m_stream.avail_out;
        outBytes = m_stream.avail_out;
        if (result == Z_STREAM_END) {
            return State::frameEnd;
        }
        if (result == Z_OK || result == Z_BUF_ERROR) {
            return State::goesOn;
        }
        m_problem = result == Z_NEED_DICT ? tr("It needs a dictionary that is not in the value.")
                    : m_stream.msg != nullptr
                        ? tr("The packed data is damaged: %1.").arg(QString::fromLatin1(m_stream.msg))
                        : tr("The packed data is damaged.");
        return State::damaged;
    }
    void reset() override { inflateReset(&m_stream); }

private:
    z_stream m_stream{};
    bool m_ready = false;
};

class ZstdDecoder final : public Decoder {
public:
    ZstdDecoder() : m_context(ZSTD_createDCtx(), ZSTD_freeDCtx) {
        if (m_context) {
            ZSTD_DCtx_setParameter(m_context.get(), ZSTD_d_windowLogMax, 27);
        }
    }
    State step(const char*& in, std::size_t& inBytes, char*& out, std::size_t& outBytes) override {
        if (!m_context) {
            m_problem = tr("There is no memory to unpack it.");
            return State::damaged;
        }
        ZSTD_inBuffer input{in, inBytes, 0};
        ZSTD_outBuffer output{out, outBytes, 0};
        const std::size_t result = ZSTD_decompressStream(m_context.get(), &output, &input);
        in += input.pos;
        inBytes -= input.pos;
        out += output.pos;
        outBytes -= output.pos;
        if (ZSTD_isError(result) != 0) {
            m_problem = tr("The packed data is damaged: %1.").arg(QString::fromLatin1(ZSTD_getErrorName(result)));
            return State::damaged;
        }
        return result == 0 ? State::frameEnd : State::goesOn;
    }
    void reset() override { ZSTD_DCtx_reset(m_context.get(), ZSTD_reset_session_only); }

private:
    std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> m_context;
};

class Lz4Decoder final : public Decoder {
public:
    Lz4Decoder() { m_ready = LZ4F_isError(LZ4F_createDecompressionContext(&m_context, LZ4F_VERSION)) == 0; }
    ~Lz4Decoder() override { LZ4F_freeDecompressionContext(m_context); }
    State step(const char*& in, std::size_t& inBytes, char*& out, std::size_t& outBytes) override {
        if (!m_ready) {
            m_problem = tr("There is no memory to unpack it.");
            return State::damaged;
        }
        std::size_t taken = inBytes;
        std::size_t made = outBytes;
        const std::size_t result = LZ4F_decompress(m_context, out, &made, in, &taken, nullptr);
        in += taken;
        inBytes -= taken;
        out += made;
        outBytes -= made;
        if (LZ4F_isError(result) != 0) {
            m_problem = tr("The packed data is damaged: %1.").arg(QString::fromLatin1(LZ4F_getErrorName(result)));
            return State::damaged;
        }
        return result == 0 ? State::frameEnd : State::goesOn;
    }
    void reset() override { LZ4F_resetDecompressionContext(m_context); }

private:
    LZ4F_dctx* m_context = nullptr;
    bool m_ready = false;
};

std::unique_ptr<Decoder> decoderFor(Packing packing) {
    switch (packing) {
    case Packing::gzip:
        return std::make_unique<ZlibDecoder>(true);
    case Packing::zlib:
        return std::make_unique<ZlibDecoder>(false);
    case Packing::zstd:
        return std::make_unique<ZstdDecoder>();
    case Packing::lz4:
        return std::make_unique<Lz4Decoder>();
    case Packing::none:
        break;
    }
    return nullptr;
}

} // namespace

Packing detectPacking(QByteArrayView head) {
    if (head.size() >= 3 && at(head, 0) == 0x1F && at(head, 1) == 0x8B && at(head, 2) == 8) {
        return Packing::gzip;
    }
    if (head.startsWith("\x28\xB5\x2F\xFD")) {
        return Packing::zstd;
    }
    if (head.startsWith("\x04\x22\x4D\x18")) {
        return Packing::lz4;
    }
    // CMF and FLG of RFC 1950: deflate, a window of at most 32 KiB, no dictionary, a multiple of 31. Levels only as
    // zlib writes them, or two letters of text would do.
    if (head.size() >= 8 && at(head, 0) == 0x78 &&
        (at(head, 1) == 0x01 || at(head, 1) == 0x5E || at(head, 1) == 0x9C || at(head, 1) == 0xDA)) {
        return Packing::zlib;
    }
    return Packing::none;
}

QString packingName(Packing packing) {
    switch (packing) {
    case Packing::none:
        return {};
    case Packing::gzip:
        return QStringLiteral("gzip");
    case Packing::zlib:
        return QStringLiteral("zlib");
    case Packing::zstd:
        return QStringLiteral("zstd");
    case Packing::lz4:
        return QStringLiteral("LZ4");
    }
    return {};
}

Packing packingFromName(const QString& name) {
    for (const Packing packing : {Packing::gzip, Packing::zlib, Packing::zstd, Packing::lz4}) {
        if (packingName(packing) == name) {
            return packing;
        }
    }
    return Packing::none;
}

ByteReader readerOf(const QByteArray& bytes) {
    return [bytes](quint64 offset, qint64 maxBytes) -> rustcask::Result<QByteArray> {
        return offset < static_cast<quint64>(bytes.size())
                   ? bytes.mid(static_cast<qsizetype>(offset), static_cast<qsizetype>(maxBytes))
                   : QByteArray();
    };
}

rustcask::Result<Unpacked> unpack(const ByteReader& input, Packing packing, qint64 maxBytes,
                                  rustcask::Progress& progress) {
    Unpacked unpacked;
    const std::unique_ptr<Decoder> decoder = decoderFor(packing);
    if (!decoder) {
        unpacked.problem = tr("It is not packed.");
        return unpacked;
    }
    QByteArray piece; // of the input
    const char* in = nullptr;
    std::size_t inBytes = 0;
    bool atFrameEnd = false;
    std::unique_ptr<char[]> buffer(new char[static_cast<std::size_t>(pieceBytes)]);
    while (true) {
        if (auto go = progress.checkpoint("unpack a value"); !go) {
            return rustcask::failure(go.error());
        }
        if (inBytes == 0) {
            auto read = input(unpacked.packedBytes, pieceBytes);
            if (!read) {
                return rustcask::failure(read.error());
            }
            piece = std::move(*read);
            in = piece.constData();
            inBytes = static_cast<std::size_t>(piece.size());
            unpacked.packedBytes += inBytes;
            progress.addBytes(inBytes);
        }
        if (atFrameEnd) {
            // What follows is another member, or else no part of it.
            if (inBytes == 0) {
                return unpacked;
            }
            const Packing next = detectPacking(QByteArrayView(in, static_cast<qsizetype>(inBytes)));
            if (packing == Packing::zlib || next != packing) {
                unpacked.rest = inBytes;
                while (true) {
                    auto more = input(unpacked.packedBytes, pieceBytes);
                    if (!more || more->isEmpty()) {
                        return unpacked;
                    }
                    unpacked.packedBytes += static_cast<quint64>(more->size());
                    unpacked.rest += static_cast<quint64>(more->size());
                }
            }
            decoder->reset();
            atFrameEnd = false;
        }
        const bool inputEnded = inBytes == 0;
        char* out = buffer.get();
        auto outBytes = static_cast<std::size_t>(pieceBytes);
        const std::size_t inBefore = inBytes;
        const Decoder::State state = decoder->step(in, inBytes, out, outBytes);
        const qint64 made = out - buffer.get();
        const qint64 room = maxBytes - unpacked.bytes.size();
        unpacked.bytes.append(buffer.get(), std::min(made, room));
        if (made > room) {
            unpacked.cut = true;
            return unpacked;
        }
        if (state == Decoder::State::damaged) {
            unpacked.problem = decoder->problem();
            return unpacked;
        }
        atFrameEnd = state == Decoder::State::frameEnd;
        if (!atFrameEnd && made == 0 && inBytes == inBefore && inputEnded) {
            unpacked.problem = tr("The packed data ends early.");
            return unpacked;
        }
    }
}

} // namespace rustcask::ui
