"""Which field of a sentence is which: values by name, held line by line against the published lists of fields.

Reading and making follow from one table, so that two fields exchanged there would be exchanged both ways and seen by no test
that reads what was made. For the sentences that no other reader at hand knows, this list is the second opinion.
"""

from __future__ import annotations

import pytest

from protocols.nmea0183.kinds import FieldValue
from protocols.nmea0183.sentence import Sentence, parse_line
from protocols.nmea0183.typed import fields_of
from tests.nmea_examples import EXAMPLES

# fmt: off
SAID: dict[bytes, str] = {
    b"$SDHDG,181.7,,,0.6,E*3C":
        "sensor_deg 181.7; variation_deg 0.6",
    b"$SDVHW,182.4,T,181.7,M,0.0,N,0.0,K*42":
        "heading_deg 182.4; heading_magnetic_deg 181.7; stw_kn 0; stw_kmh 0",
    b"$VDVBW,016.98,,A,018.50,-000.28,A,,V,-000.20,A*44":
        "stw_along_kn 16.98; stw_status A; sog_along_kn 18.5; sog_across_kn -0.28; sog_status A; "
        "stern_stw_status V; stern_sog_across_kn -0.2; stern_sog_status A",
    b"$IIMWD,225.0,T,220.0,M,12.5,N,6.4,M*75":
        "direction_deg 225; direction_magnetic_deg 220; speed_kn 12.5; speed_mps 6.4",
    b"$RCRSA,-22.0,A,34.0,A*7B":
        "starboard_deg -22; starboard_status A; port_deg 34; port_status A",
    b"$IIRPM,S,0,91.6,100.0,A*7E":
        "what S; number 0; speed_rpm 91.6; pitch_pct 100; status A",
    b"$IITRD,1,48.5,P,,V,*62":
        "number 1; speed 48.5; speed_mode P; pitch_mode V",
    b"$INNSR,P,A,P,A,P,A,P,A,P,A,W,P,A*33":
        "heading_integrity P; heading_plausibility A; position_integrity P; position_plausibility A; "
        "stw_integrity P; stw_plausibility A; sog_cog_integrity P; sog_cog_plausibility A; depth_integrity P; "
        "depth_plausibility A; stw_mode W; time_integrity P; time_plausibility A",
    b"$GPPOS,GP,01,A,12.5,-3.2,28.0,A,32.0,180.0,R*29":
        "equipment GP; number 1; position_status A; x_m 12.5; y_m -3.2; z_m 28; ship_status A; width_m 32; "
        "length_m 180; sentence_status R",
    b"$IIRMB,A,0.066,L,003,004,4917.24,N,12309.57,W,001.3,052.5,000.5,V,D*6F":
        "status A; cross_track_nm -0.066; origin 003; destination 004; latitude_deg 49.2873; "
        "longitude_deg -123.1595; range_nm 1.3; bearing_deg 52.5; closing_kn 0.5; arrival_status V; mode D",
    b"$IIAPB,A,A,0.10,R,N,V,V,011.0,T,DEST,011.0,T,011.0,T,A*41":
        "status A; lock_status A; cross_track_nm 0.1; cross_track_unit N; circle_status V; perpendicular_status V; "
        "origin_bearing_deg 11; origin_bearing_reference T; destination DEST; bearing_deg 11; bearing_reference T; "
        "heading_to_steer_deg 11; heading_to_steer_reference T; mode A",
    b"$RATTM,08,17.38,52.19,T,16.9,77.2,T,17.01,84.04,N,,T,,145934.00,M*0C":
        "number 8; distance 17.38; bearing_deg 52.19; bearing_reference T; speed 16.9; course_deg 77.2; "
        "course_reference T; cpa 17.01; tcpa_min 84.04; unit N; status T; utc 14:59:34.00; acquisition M",
    b"$RATLL,,3647.422,N,01432.592,E,,,,*58":
        "latitude_deg 36.7904; longitude_deg 14.5432",
    b"$RAOSD,179.0,A,179.0,M,00.0,M,,,N*76":
        "heading_deg 179; heading_status A; course_deg 179; course_reference M; speed 0; speed_reference M; unit N",
    b"$IISLM,1,B,,A,*4C":
        "status 1; place B; mode A",
    b"$INHTC,V,,,H,T,20.0,10.0,,20.0,095.0,,,T,C*38":
        "override V; steering_mode H; turn_mode T; rudder_limit_deg 20; off_heading_limit_deg 10; rate_deg_min 20; "
        "heading_deg 95; reference T; sentence_status C",
    b"$INHTC,V,10.0,R,R,N,35.0,,,,,,,T,C*50":
        "override V; rudder_deg 10; steering_mode R; turn_mode N; rudder_limit_deg 35; reference T; "
        "sentence_status C",
    b"$INHTC,V,,,T,R,20.0,10.0,0.5,,,0.10,087.5,T,C*0C":
        "override V; steering_mode T; turn_mode R; rudder_limit_deg 20; off_heading_limit_deg 10; radius_nm 0.5; "
        "off_track_limit_nm 0.1; track_deg 87.5; reference T; sentence_status C",
    b"$AGHTD,V,2.3,R,S,T,15.0,10.0,,10.00,125.0,,,T,A,A,,123.09*1F":
        "override V; rudder_deg 2.3; steering_mode S; turn_mode T; rudder_limit_deg 15; off_heading_limit_deg 10; "
        "rate_deg_min 10; heading_deg 125; reference T; rudder_status A; off_heading_status A; "
        "vessel_heading_deg 123.09",
    b"$AGHTD,V,0.3,R,M,N,35.0,30.0,0.5,30.0,,0.000,,T,A,A,A,14.5*4E":
        "override V; rudder_deg 0.3; steering_mode M; turn_mode N; rudder_limit_deg 35; off_heading_limit_deg 30; "
        "radius_nm 0.5; rate_deg_min 30; off_track_limit_nm 0; reference T; rudder_status A; off_heading_status A; "
        "off_track_status A; vessel_heading_deg 14.5",
    b"$INHSC,095.0,T,090.5,M,C*29":
        "heading_deg 95; heading_magnetic_deg 90.5; sentence_status C",
    b"$RCROR,-22.0,A,34.0,A,B*1A":
        "starboard_deg -22; starboard_status A; port_deg 34; port_status A; place B",
    b"$IITRC,1,50.0,P,,V,,B,C*68":
        "number 1; speed 50; speed_mode P; pitch_mode V; place B; sentence_status C",
    b"$RCPRC,-25.0,A,,V,-45.1,P,B,2*60":
        "lever_pct -25; lever_status A; speed_mode V; pitch -45.1; pitch_mode P; place B; number 2",
    b"$IIETL,123519.00,O,03,30,B,0*43":
        "utc 12:35:19.00; kind O; position 03; sub_position 30; place B; number 0",
    b"$IIETL,123521.50,A,03,30,C,0*42":
        "utc 12:35:21.50; kind A; position 03; sub_position 30; place C; number 0",
    b"$IIALF,2,1,1,081950.10,B,A,V,XYZ,10512,1,2,0,HEADING LOST*19":
        "total 2; part 1; sequence 1; utc 08:19:50.10; category B; priority A; state V; maker XYZ; alert 10512; "
        "instance 1; revision 2; escalation 0; text HEADING LOST",
    b"$IIALF,2,2,1,,,,,XYZ,10512,1,2,0,NO SYSTEM HEADING AVAILABLE*3C":
        "total 2; part 2; sequence 1; maker XYZ; alert 10512; instance 1; revision 2; escalation 0; "
        "text NO SYSTEM HEADING AVAILABLE",
    b"$IIALC,01,01,00,2,,3052,1,1,XYZ,10512,1,2*17":
        "total 1; part 1; sequence 0; entries 2",
    b"$IIALC,01,01,01,0*7F":
        "total 1; part 1; sequence 1; entries 0",
    b"$CAACN,123519.00,XYZ,10512,1,A,C*32":
        "utc 12:35:19.00; maker XYZ; alert 10512; instance 1; command A; sentence_status C",
    b"$CAACN,123519.00,,0,0,Q,C*7F":
        "utc 12:35:19.00; alert 0; instance 0; command Q; sentence_status C",
    b"$IIARC,123520.00,XYZ,10512,1,A*49":
        "utc 12:35:20.00; maker XYZ; alert 10512; instance 1; command A",
    b"$IIHBT,60,A,0*05":
        "interval_s 60; status A; sequence 0",
    b"$ERALR,150052.30,A02.01,V,A,A02.01*5D":
        "utc 15:00:52.30; alert A02.01; condition V; acknowledged A; text A02.01",
    b"$BNALR,144707.60,000,V,A,c1=MAN;c2=746;c3=1*59":
        "utc 14:47:07.60; alert 000; condition V; acknowledged A; text c1=MAN;c2=746;c3=1",
    b"$CAACN,123519.00,XYZ,10512,1,C,A*32":
        "utc 12:35:19.00; maker XYZ; alert 10512; instance 1; sentence_status C; command A",
    b"$IIRSA,5.0,A,,V,-5.0,A,2.0,A*56":
        "starboard_deg 5; starboard_status A; port_status V; centre_deg -5; centre_status A; bow_deg 2; "
        "bow_status A",
}
# fmt: on
"""{line: its fields by name}; entries of a list of alerts stand in their own test."""


def alike(value: FieldValue, told: str) -> bool:
    """Tell whether a value is what the list says."""
    return value == pytest.approx(float(told), abs=1e-4) if isinstance(value, float) else str(value) == told


@pytest.mark.parametrize("line", SAID, ids=lambda line: line[3:6].decode())
def test_a_field_is_the_one_that_the_standard_has_in_its_place(line: bytes) -> None:
    """Each value under its name, and no other: an order to steer and its answer, alerts, targets, rudders, shafts, telegraph."""
    found = parse_line(line)
    assert isinstance(found, Sentence)
    fields = fields_of(found)
    assert fields is not None
    told = dict(part.split(" ", 1) for part in SAID[line].split("; "))
    values = {name: value for name, value in fields.values.items() if not name.startswith("entry_")}
    assert set(values) == set(told)
    assert [name for name, value in values.items() if not alike(value, told[name])] == []


def test_every_line_of_the_list_is_one_of_the_examples() -> None:
    """What is held against the list here is what is made and read again there."""
    assert set(SAID) <= set(EXAMPLES)
    assert len({line[3:6] for line in SAID}) >= 28
