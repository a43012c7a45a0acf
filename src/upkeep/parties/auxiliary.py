"""What an organisation says of itself beside its name: 单位性质 and the auxiliary data (辅助信息) of manual 003 §8.

The choices are those of the national code lists, and their codes are the values kept.
"""

from django.db import models

from upkeep.kernel.secrecy import EncryptedTextField


class Nature(models.TextChoices):
    """单位性质, by GB/T 20091."""

    ENTERPRISE = "1", "企业"
    STATE_ORGAN = "3", "机关"
    INSTITUTION = "5", "事业单位"
    ASSOCIATION = "7", "社会团体"
    OTHER = "9", "其他组织机构"


class CapitalOwnership(models.TextChoices):
    """单位所有制关系: whose capital it is."""

    STATE = "11", "国有"
    COLLECTIVE = "12", "集体"
    PRIVATE = "21", "私有"
    OVERSEAS_CHINESE = "22", "港澳台"
    FOREIGN = "23", "外商"
    MIXED = "90", "混合所有"


class EconomicType(models.TextChoices):
    """单位经济类型, by GB/T 12402."""

    STATE = "110", "国有全资"
    COLLECTIVE = "120", "集体全资"
    COOPERATIVE = "130", "股份合作"
    STATE_JOINT = "141", "国有联营"
    COLLECTIVE_JOINT = "142", "集体联营"
    MIXED_JOINT = "143", "国有与集体联营"
    OTHER_JOINT = "149", "其他联营"
    STATE_LIMITED = "151", "国有独资公司"
    LIMITED = "159", "其他有限责任公司"
    SHARES = "160", "股份有限公司"
    PRIVATE_SOLE = "171", "私有独资"
    PRIVATE_PARTNERS = "172", "私有合伙"
    PRIVATE_LIMITED = "173", "私营有限责任公司"
    PRIVATE_SHARES = "174", "私营股份有限公司"
    SELF_EMPLOYED = "175", "个体经营"
    OTHER_PRIVATE = "179", "其他私有"
    OTHER_DOMESTIC = "190", "其他内资"
    OVERSEAS_CHINESE = "200", "港澳台投资"
    FOREIGN = "300", "国外投资"
    OTHER = "900", "其他"


class FundSource(models.TextChoices):
    """资金类型: who pays for the organisation."""

    FULL_BUDGET = "1", "财政全额拨款"
    PART_BUDGET = "2", "财政差额拨款"
    SELF_SUPPORTING = "3", "自收自支"
    OWN = "4", "企业自筹"
    OTHER = "9", "其他"


class Affiliation(models.TextChoices):
    """行政关系: under which level of government it stands, by GB/T 12404."""

    CENTRAL = "10", "中央"
    PROVINCE = "20", "省"
    CITY = "40", "市、地区"
    COUNTY = "50", "县"
    TOWN = "60", "街道、镇、乡"
    VILLAGE = "70", "居民、村民委员会"
    OTHER = "90", "其他"


class Industry(models.TextChoices):
    """单位所属行业: the sections of GB/T 4754."""

    FARMING = "A", "农、林、牧、渔业"
    MINING = "B", "采矿业"
    MANUFACTURING = "C", "制造业"
    ENERGY = "D", "电力、热力、燃气及水生产和供应业"
    CONSTRUCTION = "E", "建筑业"
    TRADE = "F", "批发和零售业"
    TRANSPORT = "G", "交通运输、仓储和邮政业"
    HOSPITALITY = "H", "住宿和餐饮业"
    INFORMATION = "I", "信息传输、软件和信息技术服务业"
    FINANCE = "J", "金融业"
    REAL_ESTATE = "K", "房地产业"
    LEASING = "L", "租赁和商务服务业"
    RESEARCH = "M", "科学研究和技术服务业"
    ENVIRONMENT = "N", "水利、环境和公共设施管理业"
    SERVICES = "O", "居民服务、修理和其他服务业"
    EDUCATION = "P", "教育"
    HEALTH = "Q", "卫生和社会工作"
    CULTURE = "R", "文化、体育和娱乐业"
    GOVERNMENT = "S", "公共管理、社会保障和社会组织"
    INTERNATIONAL = "T", "国际组织"


class AuxiliaryData(models.Model):
    """单位性质 and 辅助信息: columns of the organisation; what is not known is empty. The address is its own column."""

    nature = models.CharField("单位性质", max_length=1, blank=True, default="", choices=Nature.choices)
    postcode = models.CharField("单位邮编", max_length=6, blank=True, default="")
    office_address = models.CharField("单位办公地地址", max_length=200, blank=True, default="")
    office_postcode = models.CharField("单位办公地邮编", max_length=6, blank=True, default="")
    phone = models.CharField("单位电话", max_length=20, blank=True, default="")
    other_phone = models.CharField("单位其他电话", max_length=20, blank=True, default="")
    email = models.CharField("单位电子信箱", max_length=100, blank=True, default="")
    founded_on = models.DateField("单位设立日期", null=True, blank=True)
    capital_fen = models.BigIntegerField("注册资本", null=True, blank=True)
    fax = models.CharField("单位传真", max_length=20, blank=True, default="")
    ownership = models.CharField(
        "单位所有制关系", max_length=2, blank=True, default="", choices=CapitalOwnership.choices
    )
    certificate_number = models.CharField("单位证件号码", max_length=40, blank=True, default="")
    economic_type = models.CharField(
        "单位经济类型", max_length=3, blank=True, default="", choices=EconomicType.choices
    )
    legal_phone = EncryptedTextField("法人或负责人代表电话", blank=True, default="")
    legal_mobile = EncryptedTextField("法人或负责人代表手机号", blank=True, default="")
    supervisor = models.CharField("主管部门", max_length=100, blank=True, default="")
    fund_source = models.CharField("资金类型", max_length=1, blank=True, default="", choices=FundSource.choices)
    affiliation = models.CharField("行政关系", max_length=2, blank=True, default="", choices=Affiliation.choices)
    is_legal_person = models.BooleanField("是否具备法人资格", null=True, blank=True)
    budget_code = models.CharField("单位预算代码", max_length=40, blank=True, default="")
    founding_document = models.CharField("单位设立批准文件", max_length=100, blank=True, default="")
    industry = models.CharField("单位所属行业", max_length=1, blank=True, default="", choices=Industry.choices)
    licence_number = models.CharField("企业法人营业执照号码", max_length=18, blank=True, default="")
    tax_number = models.CharField("税务登记证号", max_length=20, blank=True, default="")
    department_code = models.CharField("部门预算代码", max_length=40, blank=True, default="")
    account_permit = models.CharField("基本户开户许可证", max_length=40, blank=True, default="")
    district = models.ForeignKey(
        "parties.Jurisdiction",
        verbose_name="所属区县",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        abstract = True
