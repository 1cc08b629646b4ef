#pragma once

namespace roundoff::speed {

/// Watches from its making on how much of the machine other programs use.
class Load {
public:
    Load();
    /// Of all processors' time since then, 0..1; negative where the system does not tell.
    [[nodiscard]] double othersShare() const;
    /// The same in seconds of processors; both 0 where the system does not tell.
    struct Use {
        double others = 0, total = 0;
    };
    [[nodiscard]] Use use() const;

private:
    struct Ticks {
        double busy = -1, total = 0, own = 0;  ///< seconds
    };
    static Ticks now();
    Ticks m_start;
};

}  // namespace roundoff::speed
